"""The bar of options above the canvas."""

from typing import TYPE_CHECKING, Any

from unleash.studio.server.component import NativeComponent

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline


class OptionBar(NativeComponent):
    """The options of the current tool; they run in the browser only.

    Only the server writes its value, :func:`asks`: the menu of regions depends on the model.
    """

    folder = "optionbar"

    def __init__(self, value: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(value, elem_id="options", **options)


def asks(pipe: "UnleashPipeline") -> dict[str, Any]:
    """The ``conditioning`` of a model, and its ``labels`` if it has any."""
    return {"conditioning": pipe.conditioning, "labels": list(pipe.labels)}
