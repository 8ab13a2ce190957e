"""Pictures for files: larger than the canvas, in a format of choice."""

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
"""Pixels of a file per pixel of the canvas, on each side."""


@dataclass(frozen=True)
class Wish:
    """As what a picture is to be written.

    Attributes:
        format: of the file; only a PNG has a recipe.
        scale: one of ``SCALES``.
    """

    format: Format = "png"
    scale: int = 1

    @classmethod
    def from_dict(cls, data: Any) -> Wish:
        """Read untrusted JSON ``{"format", "scale"}``; None is a PNG as large as the canvas.

        Raises:
            ValueError: if there is no such format or scale.
        """
        if data is None:
            return cls()
        asked = data if isinstance(data, dict) else {}
        kind, scale = asked.get("format"), asked.get("scale")
        if kind not in get_args(Format):
            raise ValueError(f"a picture is saved as png or jpeg, not as {quoted(kind)}")
        if isinstance(scale, bool) or not isinstance(scale, int) or scale not in SCALES:
            raise ValueError(f"a picture is saved at 1, 2 or 4 times its size, not {quoted(scale)}")
        return cls("png" if kind == "png" else "jpeg", scale)


def enlarged(
    draw: Callable[[Detail], Image.Image], details: Sequence[Detail], scale: int
) -> tuple[Image.Image, str]:
    """A picture at ``scale`` times its size, and how it became so large, in words.

    The model's decoder for large pictures draws it if there is one; what is left to enlarge is resampled.

    Args:
        draw: draws the picture in a detail.
        details: that the model has.
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
