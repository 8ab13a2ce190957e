"""The catalogue of codes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradio.data_classes import FileData
from gradio.processing_utils import save_bytes_to_cache

from unleash.images.code_names import CodeName
from unleash.studio.server.component import NativeComponent

if TYPE_CHECKING:
    from unleash.images.codebook import Sheet


@dataclass(frozen=True)
class Catalogue:
    """A model's codes.

    Attributes:
        model: name in the menu; favourites are stored per model.
        sheet: their thumbnails; None: those sent before.
        names: what each code mostly shows; may be empty.
        share: how many thumbnails have been drawn, 0 to 1; the others are estimates.
        begins: whether it is the first message since the page asked.
    """

    model: str
    sheet: "Sheet | None"
    names: Sequence[CodeName | None]
    share: float = 1.0
    begins: bool = True


class Palette(NativeComponent):
    """Thumbnails of all codes, to select those that brushes paint.

    Its value is the :class:`Catalogue` to show.
    """

    folder = "palette"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="palette", **options)

    def postprocess(self, value: Catalogue | None) -> dict[str, Any] | None:  # type: ignore[override]
        """The sheet as a file that the browser can cache, and its layout as JSON."""
        if value is None:
            return None
        sheet, told = value.sheet, {"model": value.model, "share": value.share, "begins": value.begins}
        if sheet is None:
            return {**told, "image": None, "catalogue": None}
        path = save_bytes_to_cache(sheet.webp, "codes.webp", cache_dir=self.GRADIO_CACHE)
        catalogue = {
            "model": value.model,
            "order": sheet.order,
            "columns": sheet.columns,
            "side": sheet.side,
            "words": sheet.words,
            "names": [name and [name.name, name.share] for name in value.names],
        }
        image = FileData(path=path, mime_type="image/webp").model_dump()
        return {**told, "image": image, "catalogue": json.dumps(catalogue)}
