"""The bar of options above the canvas."""

from typing import TYPE_CHECKING, Any

from unleash.studio.server.component import NativeComponent

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline


class OptionBar(NativeComponent):
    """The options of the tool in hand, of which those of regions depend on what a model can be asked for.

    Its value is only ever written by the server: :func:`asks`.
    """

    folder = "optionbar"

    def __init__(self, value: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(value, elem_id="options", **options)


def asks(pipe: "UnleashPipeline") -> dict[str, Any]:
    """What a model can be asked for: its ``conditioning``, and its ``labels`` if it has any."""
    return {"conditioning": pipe.conditioning, "labels": list(pipe.labels)}
