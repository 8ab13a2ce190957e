"""Conversion of pixel values of any mode and colour profile to 8-bit sRGB."""

import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_WIDE = ("I", "F")
"""Modes with more than one byte per value; the names of all 16-bit modes start with the first."""

_PROFILES = {"L": "GRAY", "RGB": "RGB ", "CMYK": "CMYK", "LAB": "Lab "}
"""The ICC colour space of each mode."""


def strips(image: Image.Image, rows: int) -> Iterator[tuple[int, Image.Image]]:
    """The picture in strips of at most ``rows`` rows, each preceded by the index of its first row."""
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def is_plain(image: Image.Image) -> bool:
    """Whether it has eight bits per channel and no transparency."""
    return image.mode in _PROFILES and "transparency" not in image.info


def full_scale(image: Image.Image, rows: int, signed: bool = False) -> float:
    """The value of white in a picture with more than one byte per value.

    For 16 bits it is 65,535. Files with 32-bit integers or floats do not specify it, so the most plausible of
    the usual ones is inferred from the largest value.

    Args:
        image: in any mode.
        rows: rows to process at a time.
        signed: whether 32-bit integers are signed.
    """
    if not image.mode.startswith(_WIDE) or image.mode.startswith("I;16"):
        return 65_535
    largest = max(float(_values(strip, signed).max(initial=0)) for _, strip in strips(image, rows))
    if image.mode == "F":
        # Floats overshoot: highlights of pictures in [0, 1] often exceed 1.
        return next((white for white, most in ((1, 16), (255, 511)) if largest <= most), max(65_535, largest))
    return next(white for white in (1, 255, 65_535, 2**31 - 1, 2**32 - 1) if largest <= white)


def in_bytes(strip: Image.Image, white: float, signed: bool = False) -> Image.Image:
    """A strip with eight bits per channel, in L, RGB, CMYK or LAB, or in RGBA if it may be transparent."""
    if strip.mode.startswith(_WIDE):
        values = _values(strip, signed).astype(np.float32) * np.float32(255 / white)
        return Image.fromarray(values.clip(0, 255).round().astype(np.uint8))
    if strip.has_transparency_data:
        return strip.convert("RGBA")
    if strip.mode in _PROFILES:
        return strip
    return strip.convert("L" if strip.mode == "1" else "RGB")


def on_white(strip: Image.Image) -> Image.Image:
    """A strip from :func:`in_bytes`, composited over white if it is transparent."""
    if strip.mode != "RGBA":
        return strip
    if strip.getchannel("A").getextrema() == (255, 255):
        return strip.convert("RGB")
    paper = Image.new("RGBA", strip.size, "white")
    return Image.alpha_composite(paper, strip).convert("RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Converts a picture in L, RGB, CMYK or LAB to sRGB, in mode RGB.

    Args:
        image: with eight bits per channel.
        profile: its ICC profile; one that is invalid or has other channels is ignored.
    """
    if profile and (converted := _converted(image, profile)):
        return converted
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB") or image
    return image if image.mode == "RGB" else image.convert("RGB")


def from_srgb(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """The conversion of sRGB pictures to an RGB profile; None if the profile cannot be used for that."""
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if given.profile.xcolor_space != _PROFILES["RGB"]:
            return None
        return ImageCms.buildTransform(ImageCms.createProfile("sRGB"), given, "RGB", "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    """``image`` in sRGB; None if the profile is unusable or makes no difference beyond rounding."""
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = given.profile.xcolor_space
        if image.mode == "L" and space == "RGB ":
            image = image.convert("RGB")
        if _PROFILES[image.mode] != space:
            return None
        transform = ImageCms.buildTransform(given, ImageCms.createProfile("sRGB"), image.mode, "RGB")
        if image.mode == "RGB":
            cube = np.stack(np.meshgrid(*[np.arange(0, 256, 15)] * 3), axis=-1).astype(np.uint8)
            probe = Image.fromarray(cube.reshape(-1, 18, 3))
            changed = np.array(ImageCms.applyTransform(probe, transform), dtype=int) - np.array(probe)
            if np.abs(changed).max() <= 1:
                return None
        return ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _values(strip: Image.Image, signed: bool) -> NDArray[np.generic]:
    """The values of a strip in a wide mode; NaN and infinite floats become 0."""
    values = np.asarray(strip)
    if strip.mode == "F":
        return np.nan_to_num(values, nan=0, posinf=0, neginf=0)
    return values if signed or strip.mode != "I" else values.view(np.uint32)
