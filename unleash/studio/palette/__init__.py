"""The palette of codes."""

from typing import Any

from gradio.data_classes import FileData
from gradio.processing_utils import save_pil_to_cache

from unleash.codebook import Sheet
from unleash.studio.component import NativeComponent


class Palette(NativeComponent):
    """Every code as a thumbnail; choosing one puts it in the hand of the canvas's pin brush.

    Its value is the :class:`~unleash.codebook.Sheet` to show.
    """

    folder = "palette"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="palette", **options)

    def postprocess(self, value: Sheet | None) -> dict[str, Any] | None:  # type: ignore[override]
        """The sheet as a file the browser fetches once, and what lies where on it."""
        if value is None:
            return None
        path = save_pil_to_cache(value.image, cache_dir=self.GRADIO_CACHE, format="webp")
        image = FileData(path=path, mime_type="image/webp").model_dump()
        return {"image": image, "order": value.order, "columns": value.columns, "side": value.side}
