"""Repainted parts of pictures at the resolution of their files."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from unleash.images.compositing import Mask
from unleash.images.fitting import Box
from unleash.images.reading import MAX_ORIGINAL, picture_size, read_original
from unleash.images.tones import from_srgb, to_srgb


@dataclass(frozen=True)
class Photograph:
    """A picture file of which a canvas shows a part, with more pixels than the canvas has.

    Attributes:
        path: of the file.
        box: the part, in pixels of the picture in the file, EXIF orientation applied.
    """

    path: Path
    box: Box

    def repainted(self, made: Image.Image, mask: Mask) -> Image.Image:
        """The whole picture with what was made in its place.

        Args:
            made: RGB, the part that the canvas shows, of any size of its aspect ratio.
            mask: (H, W) in [0, 1], of the canvas' size. Pixels that are farther than one pixel of the mask
                from any place above 0 are exactly those of the file.

        Returns:
            RGB, as :func:`~unleash.images.reading.read_original` reads the file, with its colour profile.

        Raises:
            ValueError: if the file cannot be read.
        """
        photo, scale = _own(self.path)
        left, top, right, bottom = (edge * scale for edge in self.box)
        return _laid_over(photo, (left, top, right, bottom), made, mask)


@dataclass(frozen=True)
class Placed:
    """A photograph that covers a part of a canvas.

    Attributes:
        photograph: the file, and the part of it that is on the canvas.
        place: where that lies: (left, top, right, bottom) in pixels of the canvas.
    """

    photograph: Photograph
    place: tuple[int, int, int, int]

    @property
    def scale(self) -> float:
        """Pixels of the photograph per pixel of the canvas, on a side."""
        return (self.photograph.box[2] - self.photograph.box[0]) / (self.place[2] - self.place[0])


@dataclass(frozen=True)
class Collage:
    """A canvas with photographs on parts of it, at the resolution of the finest one.

    Attributes:
        original: RGB, of the canvas' size: every opened picture in its place.
        placed: the photographs; at least one.
    """

    original: Image.Image
    placed: Sequence[Placed]

    @property
    def scale(self) -> float:
        """Pixels per pixel of the canvas, on a side; bounded by ``MAX_ORIGINAL`` pixels in all."""
        finest = max(each.scale for each in self.placed)
        return max(1.0, min(finest, sqrt(MAX_ORIGINAL / (self.original.width * self.original.height))))

    @property
    def box(self) -> Box:
        """The part of the result that the canvas shows: all of it."""
        width, height = (round(side * self.scale) for side in self.original.size)
        return 0, 0, width, height

    def repainted(self, made: Image.Image, mask: Mask) -> Image.Image:
        """The whole canvas with what was made in its place.

        Args:
            made: RGB, of any size of the canvas' aspect ratio.
            mask: (H, W) in [0, 1], of the canvas' size. Where the finest photograph lies, farther than one
                pixel of the mask from any place above 0, pixels are exactly those of the file.

        Returns:
            RGB; with the colour profile of the photograph if there is only one, else in sRGB.

        Raises:
            ValueError: if a file cannot be read.
        """
        _, _, width, height = map(round, self.box)
        whole = self.original.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        for each in self.placed:
            photo, scale = _own(each.photograph.path)
            profile = photo.info.get("icc_profile")
            if len(self.placed) > 1:
                photo = to_srgb(photo, profile)
            elif profile:
                _convert(whole, profile)
                whole.info["icc_profile"] = profile
            _put(whole, photo, [edge * scale for edge in each.photograph.box], each.place, self.scale)
        return _laid_over(whole, (0, 0, width, height), made, mask)


def _own(path: Path) -> tuple[Image.Image, float]:
    """The picture in a file and its scale, which is less than 1 if it was reduced when read."""
    photo = read_original(path)
    return photo, photo.width / picture_size(path)[0]


def _put(
    whole: Image.Image, photo: Image.Image, box: Sequence[float], place: Sequence[int], scale: float
) -> None:
    """Pastes the part of a photograph in ``box`` into ``whole``, a canvas enlarged by ``scale``.

    ``place`` is in pixels of the canvas. Where the box reaches beyond the photograph, nothing is pasted.
    """
    left, top, right, bottom = box
    across, down = (
        (place[2] - place[0]) * scale / (right - left),
        (place[3] - place[1]) * scale / (bottom - top),
    )
    inside = (max(left, 0), max(top, 0), min(right, photo.width), min(bottom, photo.height))
    at = [place[0] * scale + (inside[0] - left) * across, place[1] * scale + (inside[1] - top) * down]
    size = (round((inside[2] - inside[0]) * across), round((inside[3] - inside[1]) * down))
    if min(size) < 1:
        return
    start = (round(inside[0]), round(inside[1]))
    own = (*start, start[0] + size[0], start[1] + size[1])
    if abs(across - 1) * size[0] < 1 and own[2] <= photo.width and own[3] <= photo.height:
        part = photo.crop(own)  # pixel by pixel
    else:
        part = photo.resize(size, Image.Resampling.LANCZOS, box=inside)
    whole.paste(part, (round(at[0]), round(at[1])))


def _convert(image: Image.Image, profile: bytes) -> None:
    """Converts an sRGB picture to a profile, in place."""
    transform = from_srgb(profile)
    assert transform is not None
    ImageCms.applyTransform(image, transform, inPlace=True)


def _laid_over(photo: Image.Image, box: Box, made: Image.Image, mask: Mask) -> Image.Image:
    """``photo`` with ``made``, converted to its colour profile, composited over ``box`` by the mask."""
    left, top, right, bottom = box
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return photo
    across, down = (right - left) / mask.shape[1], (bottom - top) / mask.shape[0]
    # What is to be changed, and a pixel of the mask around it, whose values are interpolated.
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
        _convert(drawn, profile)
    sharp = not ((mask > 0) & (mask < 1)).any()
    levels = Image.fromarray((mask * 255).round().astype(np.uint8))
    veil = part(levels, Image.Resampling.NEAREST if sharp else Image.Resampling.BILINEAR)
    photo.paste(drawn, area[:2], veil)
    return photo


def photograph(path: Path, box: Box, shown: tuple[int, int]) -> Photograph | None:
    """The file that a canvas of ``shown`` (width, height) pixels shows ``box`` of, if it has more pixels.

    Args:
        path: of the file.
        box: in pixels of the picture in the file.
        shown: pixels of the canvas.
    """
    if picture_size(path) == shown or box[2] - box[0] < shown[0]:
        return None
    return Photograph(path, box)
