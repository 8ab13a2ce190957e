"""From whatever values a picture has to eight bits of sRGB."""

import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_WIDE = ("I", "F")
"""Modes whose values are not of one byte; all names of 16-bit ones begin with the first."""

_PROFILES = {"L": "GRAY", "RGB": "RGB ", "CMYK": "CMYK", "LAB": "Lab "}
"""What the profile of a mode's colours is of."""


def strips(image: Image.Image, rows: int) -> Iterator[tuple[int, Image.Image]]:
    """The picture in strips of at most ``rows`` rows, each with its first row."""
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def is_plain(image: Image.Image) -> bool:
    """Whether it has eight bits a channel and no transparency."""
    return image.mode in _PROFILES and "transparency" not in image.info


def full_scale(image: Image.Image, rows: int, signed: bool = False) -> float:
    """The value that is white in a picture with values of more than a byte.

    Of 16 bits that is 65,535. Nothing says it of 32 bits and of floats: it is the usual one that the largest
    value comes nearest to.

    Args:
        image: in any mode.
        rows: how many are looked at together.
        signed: whether whole numbers of 32 bits may be negative.
    """
    if not image.mode.startswith(_WIDE) or image.mode.startswith("I;16"):
        return 65_535
    largest = max(float(_values(strip, signed).max(initial=0)) for _, strip in strips(image, rows))
    if image.mode == "F":
        # Floats overshoot: the highlights of 0 to 1 are often above 1.
        return next((white for white, most in ((1, 16), (255, 511)) if largest <= most), max(65_535, largest))
    return next(white for white in (1, 255, 65_535, 2**31 - 1, 2**32 - 1) if largest <= white)


def in_bytes(strip: Image.Image, white: float, signed: bool = False) -> Image.Image:
    """A strip with eight bits a channel: L, RGB, CMYK or LAB, or RGBA where some may be transparent."""
    if strip.mode.startswith(_WIDE):
        values = _values(strip, signed).astype(np.float32) * np.float32(255 / white)
        return Image.fromarray(values.clip(0, 255).round().astype(np.uint8))
    if strip.has_transparency_data:
        return strip.convert("RGBA")
    if strip.mode in _PROFILES:
        return strip
    return strip.convert("L" if strip.mode == "1" else "RGB")


def on_white(strip: Image.Image) -> Image.Image:
    """A strip of :func:`in_bytes` laid on white paper where it is transparent."""
    if strip.mode != "RGBA":
        return strip
    if strip.getchannel("A").getextrema() == (255, 255):
        return strip.convert("RGB")
    paper = Image.new("RGBA", strip.size, "white")
    return Image.alpha_composite(paper, strip).convert("RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A picture in L, RGB, CMYK or LAB as RGB in the colours of sRGB.

    Args:
        image: eight bits a channel.
        profile: the ICC profile of its values. One that is broken or of other channels is ignored.
    """
    if profile and (converted := _converted(image, profile)):
        return converted
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB") or image
    return image if image.mode == "RGB" else image.convert("RGB")


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    """``image`` in sRGB; None if the profile is of no use, or changes nothing but roundings."""
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
    """The values of a strip in a wide mode; floats that are no numbers are 0."""
    values = np.asarray(strip)
    if strip.mode == "F":
        return np.nan_to_num(values, nan=0, posinf=0, neginf=0)
    return values if signed or strip.mode != "I" else values.view(np.uint32)
