"""Pixels of an opened picture that are kept around the painted area."""

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
    """The pixels of an opened picture, as the page sends them.

    Attributes:
        original: the opened picture.
        mask: grey, of the same size: black where the original is kept, white where the result replaces it.
        photograph: the file it was opened from, if that has more pixels.
    """

    original: Image.Image
    mask: Image.Image
    photograph: Photograph | None = None

    @classmethod
    def from_dict(cls, data: Any) -> Pixels | None:
        """Read untrusted JSON ``{"original", "mask", "photo"}``.

        The first two are data URLs of PNGs, the last one is None or ``{"path", "box"}`` of an uploaded file.

        Raises:
            ValueError: if it is invalid; None gives None.
        """
        if data is None:
            return None
        if not isinstance(data, dict):
            raise ValueError("kept pixels must be an object with original and mask")
        photo = data.get("photo")
        if photo is not None:
            given = photo if isinstance(photo, dict) else {}
            photo = Photograph(Path(uploaded(given.get("path"))), checked_box(given.get("box")))
        return cls(from_png_url(data.get("original")), from_png_url(data.get("mask")), photo)

    def in_photograph(self, made: Image.Image) -> Image.Image | None:
        """``made`` composited over the photograph at its resolution; None without a photograph.

        Raises:
            ValueError: if the file cannot be read, or mask and ``made`` differ in size.
        """
        if self.photograph is None:
            return None
        self._check(made.size)
        return self.photograph.repainted(made, np.array(self.mask.convert("L"), np.float32) / np.float32(255))

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
