"""Pixels of an opened picture that stay as they are around what was painted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from unleash.images.compositing import blend
from unleash.images.fitting import checked_box
from unleash.images.photographs import Photograph
from unleash.studio.server.component import uploaded
from unleash.studio.server.data_urls import from_png_url


@dataclass(frozen=True)
class Pixels:
    """What the page knows of a picture's pixels and the server does not.

    Attributes:
        original: the picture as it was opened.
        mask: as large, grey: 0 where it stays as it was, white where what was made replaces it.
        photograph: the file that it was opened from, if that has more pixels.
    """

    original: Image.Image
    mask: Image.Image
    photograph: Photograph | None = None

    @classmethod
    def from_dict(cls, data: Any) -> Pixels | None:
        """Read the page's JSON ``{"original", "mask", "photo"}``; it may come from anyone.

        The first two are PNGs as data URLs, the last one is None or ``{"path", "box"}`` of an uploaded file.

        Raises:
            ValueError: if it is something else; None is none.
        """
        if data is None:
            return None
        if not isinstance(data, dict):
            raise ValueError("kept pixels are an object with original and mask")
        photo = data.get("photo")
        if photo is not None:
            given = photo if isinstance(photo, dict) else {}
            photo = Photograph(Path(uploaded(given.get("path"))), checked_box(given.get("box")))
        return cls(from_png_url(data.get("original")), from_png_url(data.get("mask")), photo)

    def in_photograph(self, made: Image.Image) -> Image.Image | None:
        """``made`` laid over the photograph at its own resolution; None if there is none.

        Raises:
            ValueError: if the file cannot be read, or the mask is not as large as ``made``.
        """
        if self.photograph is None:
            return None
        self._check(made.size)
        return self.photograph.repainted(made, np.array(self.mask.convert("L"), np.float32) / np.float32(255))

    def under(self, made: Image.Image, scale: int = 1) -> Image.Image:
        """``made``, at ``scale`` times the size of the canvas, laid over the original.

        Its transparent cells stay transparent.

        Raises:
            ValueError: if the original or the mask is of another size.
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
        # Before anything is decoded: a small file may claim to be a huge picture.
        if not self.original.size == self.mask.size == size:
            raise ValueError("the kept pixels are not those of this canvas: open the picture again")
