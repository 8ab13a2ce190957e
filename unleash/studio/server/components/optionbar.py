"""The bar of options above the canvas."""

from typing import Any

from unleash.models.outline import Outline
from unleash.studio.server.component import NativeComponent


class OptionBar(NativeComponent):
    """The options of the current tool, which only the browser uses.

    Only the server writes its value, :func:`asks`: the menu of regions depends on the model.
    """

    folder = "optionbar"

    def __init__(self, value: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(value, elem_id="options", **options)


def asks(about: Outline) -> dict[str, Any]:
    """The ``conditioning`` of a model, and its ``labels`` if it has any."""
    return {"conditioning": about.conditioning, "labels": list(about.labels)}
