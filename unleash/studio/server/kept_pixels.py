"""Pixels of an opened picture that stay as they are around what was painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from unleash.images.compositing import blend
from unleash.studio.server.data_urls import from_png_url


@dataclass(frozen=True)
class Pixels:
    """What the page knows of a picture's pixels and the server does not.

    Attributes:
        original: the picture as it was opened.
        mask: as large, grey: 0 where it stays as it was, white where what was made replaces it.
    """

    original: Image.Image
    mask: Image.Image

    @classmethod
    def from_dict(cls, data: Any) -> Pixels | None:
        """Read the page's JSON ``{"original", "mask"}``, two PNGs as data URLs; it may come from anyone.

        Raises:
            ValueError: if it is something else; None is none.
        """
        if data is None:
            return None
        if not isinstance(data, dict):
            raise ValueError("kept pixels are an object with original and mask")
        return cls(*(from_png_url(data.get(name)) for name in ("original", "mask")))

    def under(self, made: Image.Image) -> Image.Image:
        """``made`` laid over the original; its transparent cells stay transparent.

        Raises:
            ValueError: if the original or the mask is of another size.
        """
        # Before anything is decoded: a small file may claim to be a huge picture.
        if not self.original.size == self.mask.size == made.size:
            raise ValueError("the kept pixels are not those of this canvas: open the picture again")
        mask = np.array(self.mask.convert("L"), dtype=np.float32) / np.float32(255)
        whole = blend(self.original.convert("RGB"), made.convert("RGB"), mask)
        if made.mode == "RGBA":
            whole.putalpha(made.getchannel("A"))
        return whole
