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
    """What there is to know of a model's codes.

    Attributes:
        model: in the menu; favourites are kept for each.
        sheet: what they look like.
        names: what they mostly show, one for each code or none at all.
    """

    model: str
    sheet: "Sheet"
    names: Sequence[CodeName | None]


class Palette(NativeComponent):
    """Every code as a thumbnail; choosing one puts it in the hand of the canvas's brushes.

    Its value is the :class:`Catalogue` to show.
    """

    folder = "palette"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="palette", **options)

    def postprocess(self, value: Catalogue | None) -> dict[str, Any] | None:  # type: ignore[override]
        """The sheet as a file the browser fetches once, and what lies where on it as JSON."""
        if value is None:
            return None
        sheet = value.sheet
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
        return {"image": image, "catalogue": json.dumps(catalogue)}
