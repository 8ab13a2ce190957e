"""Pictures from files that may come from anyone.

One reader for the app, the shell, the endpoints, training and evaluation. A file is judged by its header
before a pixel is decoded, so that no file costs more than ``MAX_MEMORY``.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import BinaryIO, TypeAlias

from PIL import Image, ImageFile, UnidentifiedImageError

from unleash.images.containers import Container, exif_orientation, without_metadata
from unleash.images.tones import full_scale, in_bytes, is_plain, on_white, strips, to_srgb

Source: TypeAlias = str | Path | BinaryIO
"""A path, or a seekable binary file."""

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""The formats that are opened; no other decoder of Pillow is ever tried."""

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"})
"""The file names of these formats end so."""

MAX_PIXELS = 50_000_000
"""Of the largest picture that is opened."""

MAX_SIDE = 65_535
"""Pixels on the longer side of a picture that is opened."""

MAX_MEMORY = 200 * 2**20
"""Bytes that reading a picture may take, the result included."""

MAX_RESULT = 2**23
"""Pixels of the largest result; larger pictures are reduced by a whole factor. Canvases have an eighth."""

_STRIP = 2**16
"""Pixels that are converted at a time."""

_WORKING = 2 * 2**20
"""Bytes for that."""

_LEAST_ROOM = 4 * 2**20
"""Bytes that must be left for the result."""

_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2}
"""Of a decoded pixel by mode; in all others it has four."""

_IN_COPIES = 16
"""Bytes of a decoded pixel where the decoder makes several copies of the whole picture."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_SAMPLE_FORMAT, _SIGNED = 339, (2,)
"""How a TIFF says that its whole numbers may be negative."""

# Several at a time would take several times MAX_MEMORY, and ignoring warnings is not safe among threads.
_ONE_AT_A_TIME = RLock()


@dataclass(frozen=True)
class Decoded:
    """A picture as its file has it, before anything is converted.

    Attributes:
        image: decoded, in any mode; a JPEG may be decoded smaller than it is.
        whole: (width, height) in pixels as the file has it.
        factor: how many of its pixels on a side become one, so that the result is small enough.
        turn: how to turn it, 1 to 8 as in EXIF.
        profile: the ICC profile of its values, if it has one.
    """

    image: Image.Image
    whole: tuple[int, int]
    factor: int
    turn: int
    profile: bytes | None

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the result before it is turned."""
        return -(-self.image.width // self.factor), -(-self.image.height // self.factor)

    def strips(self) -> Iterator[tuple[int, Image.Image]]:
        """The picture with eight bits a channel, a few rows at a time.

        Yields:
            The row of the result that a strip begins at, and the strip, not yet reduced, in L, RGB, CMYK or
            LAB, or RGBA where some of it may be transparent.
        """
        rows = max(1, _STRIP // self.image.width // self.factor) * self.factor
        signed = getattr(self.image, "tag_v2", {}).get(_SAMPLE_FORMAT) == _SIGNED
        white = full_scale(self.image, rows, signed)
        for top, strip in strips(self.image, rows):
            yield top // self.factor, in_bytes(strip, white, signed)


@dataclass(frozen=True)
class Picture:
    """What a file shows.

    Attributes:
        image: in mode RGB, upright, in sRGB, on white where it is transparent.
        size: (width, height) in pixels before it was reduced.
        opaque: whether no pixel is transparent.
    """

    image: Image.Image
    size: tuple[int, int]
    opaque: bool


def read_picture(source: Source) -> Image.Image:
    """The image of :func:`read`."""
    return read(source).image


def read(source: Source) -> Picture:
    """The first picture in a file.

    One of more than ``MAX_RESULT`` pixels, or one that takes most of ``MAX_MEMORY``, is reduced by a whole
    factor, each pixel the mean of those it replaces; a canvas has fewer pixels still.

    Args:
        source: a file in one of ``FORMATS``; values of 16 bits, 32 bits and floats become eight bits.

    Raises:
        ValueError: if the file holds no picture that can be read, or one beyond the bounds.
    """
    plain, opaque, profile, turn, size = _plain(source)
    return Picture(turned(to_srgb(plain, profile), turn), size[::-1] if turn >= 5 else size, opaque)


def picture_size(source: Source) -> tuple[int, int]:
    """Width and height in pixels of the picture in a file, upright; nothing is decoded.

    Raises:
        ValueError: as :func:`read_picture`.
    """
    with _opened(source) as (image, container):
        return image.size[::-1] if _turn(image, container) >= 5 else image.size


@contextmanager
def decoded(source: Source) -> Iterator[Decoded]:
    """The first picture in a file, decoded but not converted; what goes wrong meanwhile is told as here.

    Raises:
        ValueError: as :func:`read_picture`.
    """
    with _opened(source) as (image, container):
        whole, most = image.size, MAX_RESULT // 4 if container.overhead else MAX_RESULT
        if image.format == "JPEG" and (factor := _factor(image.size, most)) > 1:
            # A JPEG can be decoded small, which is faster and takes less memory.
            image.draft(None, (max(1, image.width // factor), max(1, image.height // factor)))
        factor = _factor(image.size, min(MAX_RESULT, _room(image, container) // 4))
        image.load()
        profile = container.profile or image.info.get("icc_profile")
        yield Decoded(image, whole, factor, _turn(image, container), profile)


def lazily(file: BinaryIO, formats: tuple[str, ...]) -> Image.Image:
    """A picture whose header was read and is within the bounds; its pixels are decoded when asked for.

    Args:
        file: seekable; it must stay open.
        formats: those that it may have.

    Raises:
        ValueError: as :func:`read_picture`.
    """
    with _telling("the picture"):
        image, container = _header(file, formats)
        _room(image, container)
        return image


def turned(image: Image.Image, turn: int) -> Image.Image:
    """``image`` upright, of which EXIF says ``turn``, 1 to 8."""
    return image.transpose(_TURNS[turn]) if turn in _TURNS else image


class _TooLargeError(ValueError):
    """A picture beyond the bounds."""


def _plain(source: Source) -> tuple[Image.Image, bool, bytes | None, int, tuple[int, int]]:
    """The picture on white with eight bits a channel, whether it is opaque, its profile, how to turn it, and
    its size as it lies in the file."""
    with decoded(source) as file:
        if file.factor == 1 and is_plain(file.image):
            plain, opaque = file.image, True
        else:
            plain, opaque = _reduced(file)
        return plain, opaque, file.profile, file.turn, file.whole


def _reduced(file: Decoded) -> tuple[Image.Image, bool]:
    """The picture on white with eight bits a channel, reduced by its factor, and whether it is opaque."""
    result, opaque = None, True
    for top, strip in file.strips():
        part = on_white(strip)
        opaque &= strip.mode != "RGBA" or strip.getchannel("A").getextrema() == (255, 255)
        result = result or Image.new(part.mode, file.size)
        result.paste(part.reduce(file.factor) if file.factor > 1 else part, (0, top))
    if result is None:
        raise ValueError("it has no pixels")
    return result, opaque


def _factor(size: tuple[int, int], most: int) -> int:
    """The least whole factor by which a picture is reduced to at most so many pixels."""
    factor = 1
    while -(-size[0] // factor) * -(-size[1] // factor) > most:
        factor += 1
    return factor


def _room(image: ImageFile.ImageFile, container: Container) -> int:
    """Bytes that decoding leaves for the result.

    Raises:
        _TooLargeError: if those are too few.
    """
    # A run-length encoded BMP is decoded in Python, which is slow rather than large.
    in_copies = image.format in ("WEBP", "AVIF") or any(tile[0] == "bmp_rle" for tile in image.tile)
    each = _IN_COPIES if in_copies else _BYTES.get(image.mode, 4)
    needed = image.width * image.height * each + container.overhead + _WORKING + _LEAST_ROOM
    if needed > MAX_MEMORY:
        raise _TooLargeError(
            f"takes {needed >> 20} MB to read, and {MAX_MEMORY >> 20} are allowed: make it smaller, or save "
            "it as PNG or as JPEG that is not progressive"
        )
    return MAX_MEMORY - needed + _LEAST_ROOM


def _turn(image: ImageFile.ImageFile, container: Container) -> int:
    return container.orientation or exif_orientation(image.info.get("exif", b""))


@contextmanager
def _opened(source: Source) -> Iterator[tuple[ImageFile.ImageFile, Container]]:
    """A picture whose header was read and is within the bounds, and its container."""
    if not isinstance(source, str | Path):
        with _telling("the picture"):
            yield _header(source, FORMATS)
        return
    path = Path(source)
    if not path.is_file():
        raise ValueError(f"{path} is no file" if path.exists() else f"there is no file {path}")
    with _telling(path.name), path.open("rb") as file:
        yield _header(file, FORMATS)


def _header(file: BinaryIO, formats: tuple[str, ...]) -> tuple[ImageFile.ImageFile, Container]:
    container = without_metadata(file)
    image = Image.open(container.file, formats=formats)
    size = f"{image.width}×{image.height} pixels"
    if image.width * image.height > MAX_PIXELS:
        raise _TooLargeError(f"has {size}: {MAX_PIXELS:,} in all are the most that can be opened")
    if max(image.size) > MAX_SIDE:
        raise _TooLargeError(f"has {size}: {MAX_SIDE:,} on a side are the most that can be opened")
    return image, container


@contextmanager
def _telling(name: str) -> Iterator[None]:
    """One picture at a time, no warnings, and whatever goes wrong in one line that names the file."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except _TooLargeError as error:
            raise ValueError(f"{name} {error}") from None
        except Image.DecompressionBombError:
            raise ValueError(
                f"{name} has more than {MAX_PIXELS:,} pixels, the most that can be opened"
            ) from None
        except UnidentifiedImageError:
            raise ValueError(f"{name} is no picture: {', '.join(FORMATS)} can be opened") from None
        except Exception as error:  # what Pillow raises depends on which byte is wrong
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise ValueError(f"{name} cannot be read: {reason:.200}") from None
