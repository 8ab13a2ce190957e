"""Exporting pictures, in a chosen format and at a multiple of the canvas's size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from PIL import Image

from unleash.canvas.messages import quoted

if TYPE_CHECKING:
    from unleash.models.protocol import Detail

Format = Literal["png", "jpeg"]

SCALES = (1, 2, 4)
"""Pixels of the file per pixel of the canvas, on each side."""


@dataclass(frozen=True)
class Wish:
    """The requested format and scale of a file.

    Attributes:
        format: format of the file; only a PNG contains a recipe.
        scale: one of ``SCALES``.
    """

    format: Format = "png"
    scale: int = 1

    @classmethod
    def from_dict(cls, data: Any) -> Wish:
        """Read untrusted JSON ``{"format", "scale"}``; None is a PNG at scale 1.

        Raises:
            ValueError: if the format or scale is invalid.
        """
        if data is None:
            return cls()
        asked = data if isinstance(data, dict) else {}
        kind, scale = asked.get("format"), asked.get("scale")
        if kind not in get_args(Format):
            raise ValueError(f"the format must be png or jpeg, not {quoted(kind)}")
        if isinstance(scale, bool) or not isinstance(scale, int) or scale not in SCALES:
            raise ValueError(f"the scale must be 1, 2 or 4, not {quoted(scale)}")
        return cls("png" if kind == "png" else "jpeg", scale)


def enlarged(
    draw: Callable[[Detail], Image.Image], details: Sequence[Detail], scale: int
) -> tuple[Image.Image, str]:
    """A picture at ``scale`` times its size, and how it was enlarged.

    The model's large decoder draws it if there is one; the remaining factor is resampled.

    Args:
        draw: decodes the picture in a detail.
        details: the model's details.
        scale: one of ``SCALES``.

    Returns:
        The picture, and a clause such as ``enlarged by Lanczos``.
    """
    if scale == 1:
        return draw("full"), ""
    large = "large" in details
    image = draw("large" if large else "full")
    left = scale // 2 if large else scale
    if left == 1:
        return image, "drawn by the model's large decoder"
    size = (image.width * left, image.height * left)
    drawn = f"drawn by the model's large decoder and enlarged {left}× (Lanczos)"
    return image.resize(size, Image.Resampling.LANCZOS), drawn if large else "enlarged by Lanczos"
