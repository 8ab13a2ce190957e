"""Pixels of an opened picture that are kept around the painted area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from unleash.images.compositing import blend
from unleash.images.fitting import checked_box
from unleash.images.photographs import Collage, Photograph, Placed
from unleash.studio.server.component import uploaded
from unleash.studio.server.data_urls import from_png_url

_MOST = 64
"""Maximum number of photographs on a canvas."""


@dataclass(frozen=True)
class Pixels:
    """The pixels of an opened picture, as the page sends them.

    Attributes:
        original: the opened picture.
        mask: grey, of the same size: black where the original is kept, white where the result replaces it.
        photographs: the files its parts were opened from, if they have more pixels.
    """

    original: Image.Image
    mask: Image.Image
    photographs: Sequence[Placed] = ()

    @classmethod
    def from_dict(cls, data: Any) -> Pixels | None:
        """Read untrusted JSON ``{"original", "mask", "photos"}``.

        The first two are data URLs of PNGs. Each of the last is ``{"path", "box", "place"}`` of an uploaded
        file: the part of it on the canvas, and where it lies, in pixels of the canvas.

        Raises:
            ValueError: if it is invalid; None gives None.
        """
        if data is None:
            return None
        if not isinstance(data, dict):
            raise ValueError("kept pixels must be an object with original and mask")
        original, mask = from_png_url(data.get("original")), from_png_url(data.get("mask"))
        photos = data.get("photos") or []
        if not isinstance(photos, list) or len(photos) > _MOST:
            raise ValueError(f"a canvas can have at most {_MOST} photographs")
        return cls(original, mask, [_placed(photo, original.size) for photo in photos])

    @property
    def finer(self) -> Photograph | Collage | None:
        """The photographs with more pixels than the canvas; None if there are none."""
        if not self.photographs:
            return None
        first = self.photographs[0]
        alone = len(self.photographs) == 1 and first.place == (0, 0, *self.original.size)
        return first.photograph if alone else Collage(self.original, self.photographs)

    def over(self, finer: Photograph | Collage, made: Image.Image) -> Image.Image:
        """``made`` composited over the photographs at their resolution.

        Raises:
            ValueError: if a file cannot be read, or mask and ``made`` differ in size.
        """
        self._check(made.size)
        return finer.repainted(made, np.array(self.mask.convert("L"), np.float32) / np.float32(255))

    def under(self, made: Image.Image, scale: int = 1) -> Image.Image:
        """``made``, at ``scale`` times the size of the canvas, composited over the original.

        Its transparent cells stay transparent.

        Raises:
            ValueError: if the original or the mask has another size.
        """
        self._check((made.width // scale, made.height // scale))
        original, grey = self.original.convert("RGB"), self.mask.convert("L")
        if scale > 1:
            original = original.resize(made.size, Image.Resampling.LANCZOS)
            grey = grey.resize(made.size, Image.Resampling.BILINEAR)
        whole = blend(original, made.convert("RGB"), np.array(grey, dtype=np.float32) / np.float32(255))
        if made.mode == "RGBA":
            whole.putalpha(made.getchannel("A"))
        return whole

    def _check(self, size: tuple[int, int]) -> None:
        # Before decoding: a small file may claim to be a huge picture.
        if not self.original.size == self.mask.size == size:
            raise ValueError("the kept pixels do not belong to this canvas: open the picture again")


def _placed(photo: Any, size: tuple[int, int]) -> Placed:
    given = photo if isinstance(photo, dict) else {}
    left, top, right, bottom = map(round, checked_box(given.get("place")))
    if not (0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]):
        raise ValueError("a photograph reaches beyond the canvas: open the picture again")
    file = Photograph(Path(uploaded(given.get("path"))), checked_box(given.get("box")))
    return Placed(file, (left, top, right, bottom))
