"""Repainted parts of a picture at the resolution of its file."""

from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from unleash.images.compositing import Mask
from unleash.images.fitting import Box
from unleash.images.reading import picture_size, read_original
from unleash.images.tones import from_srgb


@dataclass(frozen=True)
class Photograph:
    """A picture file of which a canvas shows a part at a lower resolution.

    Attributes:
        path: path of the file.
        box: the part, in pixels of the picture in the file, EXIF orientation applied.
    """

    path: Path
    box: Box

    def repainted(self, made: Image.Image, mask: Mask) -> Image.Image:
        """The whole picture with the repainted part composited into it.

        Args:
            made: RGB, the part that the canvas shows, of any size of its aspect ratio.
            mask: (H, W) in [0, 1], of the canvas' size. Pixels that are farther than one pixel of the mask
                from any place above 0 are exactly those of the file.

        Returns:
            RGB, as :func:`~unleash.images.reading.read_original` reads the file, with its colour profile.

        Raises:
            ValueError: if the file cannot be read.
        """
        size = picture_size(self.path)
        photo = read_original(self.path)
        scale = photo.width / size[0]  # less than 1 if the file is too large for its own resolution
        left, top, right, bottom = (edge * scale for edge in self.box)
        rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
        if not rows.size:
            return photo
        across, down = (right - left) / mask.shape[1], (bottom - top) / mask.shape[0]
        # The changed area, and a pixel of the mask around it for the interpolation.
        area = (
            max(0, ceil(left), floor(left + (columns[0] - 1) * across)),
            max(0, ceil(top), floor(top + (rows[0] - 1) * down)),
            min(photo.width, floor(right), ceil(left + (columns[-1] + 2) * across)),
            min(photo.height, floor(bottom), ceil(top + (rows[-1] + 2) * down)),
        )
        if area[0] >= area[2] or area[1] >= area[3]:
            return photo

        def part(image: Image.Image, method: Image.Resampling) -> Image.Image:
            x, y = image.width / (right - left), image.height / (bottom - top)
            box = ((area[0] - left) * x, (area[1] - top) * y, (area[2] - left) * x, (area[3] - top) * y)
            limits = (image.width, image.height) * 2
            inside = tuple(min(max(edge, 0), limit) for edge, limit in zip(box, limits, strict=True))
            return image.resize((area[2] - area[0], area[3] - area[1]), method, box=inside)

        drawn = part(made.convert("RGB"), Image.Resampling.LANCZOS)
        if profile := photo.info.get("icc_profile"):
            transform = from_srgb(profile)
            assert transform is not None
            ImageCms.applyTransform(drawn, transform, inPlace=True)
        sharp = not ((mask > 0) & (mask < 1)).any()
        levels = Image.fromarray((mask * 255).round().astype(np.uint8))
        veil = part(levels, Image.Resampling.NEAREST if sharp else Image.Resampling.BILINEAR)
        photo.paste(drawn, area[:2], veil)
        return photo


def photograph(path: Path, box: Box, shown: tuple[int, int]) -> Photograph | None:
    """The file of which a canvas of ``shown`` (width, height) pixels shows ``box``, if it has more pixels.

    Args:
        path: path of the file.
        box: in pixels of the picture in the file.
        shown: pixels of the canvas.
    """
    if picture_size(path) == shown or box[2] - box[0] < shown[0]:
        return None
    return Photograph(path, box)
