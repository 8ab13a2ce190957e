"""Reading pictures from untrusted files.

The one reader of the app, the command line, the endpoints, training and evaluation. The header is checked
before pixels are decoded, so that no file takes more than ``MAX_MEMORY``.
"""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import BinaryIO, TypeAlias

from PIL import Image, ImageFile, UnidentifiedImageError

from unleash.images.containers import without_metadata
from unleash.images.containers.parts import Container
from unleash.images.containers.tiff import exif_orientation
from unleash.images.tones import from_srgb, full_scale, in_bytes, is_plain, on_white, strips, to_srgb

Source: TypeAlias = str | Path | BinaryIO
"""A path, or a seekable binary file."""

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""The supported formats; Pillow's other decoders are never used."""

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"})
"""The file name extensions of these formats."""

MAX_PIXELS = 50_000_000
"""Maximum number of pixels of a picture."""

MAX_SIDE = 65_535
"""Maximum length of a side in pixels."""

MAX_MEMORY = 200 * 2**20
"""Maximum memory for reading a picture, including the result, in bytes."""

MAX_RESULT = 2**23
"""Maximum pixels of the result; larger pictures are reduced by an integer factor. A canvas has an eighth."""

MAX_ORIGINAL = 24_000_000
"""Maximum pixels of a picture whose own pixels are kept in a result; larger ones are reduced likewise."""

_STRIP = 2**16
"""Pixels converted at a time."""

_WORKING = 2 * 2**20
"""Memory for converting a strip, in bytes."""

_LEAST_ROOM = 4 * 2**20
"""Minimum memory for the result, in bytes."""

_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2}
"""Bytes per decoded pixel by mode; four in all other modes."""

_IN_COPIES = 16
"""Bytes per decoded pixel for decoders that make several copies of the whole picture."""

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
"""The TIFF tag, and its value for signed integers."""

# Concurrent reads would multiply MAX_MEMORY, and catch_warnings is not thread-safe.
_ONE_AT_A_TIME = RLock()


@dataclass(frozen=True)
class Decoded:
    """A decoded but unconverted picture.

    Attributes:
        image: decoded, in any mode; a JPEG may be decoded at a reduced size.
        whole: (width, height) in pixels of the picture in the file.
        factor: integer factor by which each side is to be reduced.
        turn: EXIF orientation, 1 to 8.
        profile: the ICC profile, if any.
    """

    image: Image.Image
    whole: tuple[int, int]
    factor: int
    turn: int
    profile: bytes | None

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the result before EXIF orientation is applied."""
        return -(-self.image.width // self.factor), -(-self.image.height // self.factor)

    def strips(self) -> Iterator[tuple[int, Image.Image]]:
        """The picture with eight bits per channel, a few rows at a time.

        Yields:
            The first row of the strip in the result; the strip, not yet reduced, in L, RGB, CMYK or LAB, or
            in RGBA if it may be transparent.
        """
        rows = max(1, _STRIP // self.image.width // self.factor) * self.factor
        signed = getattr(self.image, "tag_v2", {}).get(_SAMPLE_FORMAT) == _SIGNED
        white = full_scale(self.image, rows, signed)
        for top, strip in strips(self.image, rows):
            yield top // self.factor, in_bytes(strip, white, signed)


@dataclass(frozen=True)
class Picture:
    """A picture as it is shown.

    Attributes:
        image: in mode RGB, EXIF orientation applied, in sRGB, composited over white.
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
    """Reads the first picture in a file.

    A picture with more than ``MAX_RESULT`` pixels, or one that takes most of ``MAX_MEMORY``, is reduced by an
    integer factor with a mean filter.

    Args:
        source: a file in one of ``FORMATS``; 16-bit, 32-bit and float values are converted to eight bits.

    Raises:
        ValueError: if the file is not a readable picture, or exceeds the bounds.
    """
    plain, opaque, profile, turn, size = _plain(source)
    return Picture(turned(to_srgb(plain, profile), turn), size[::-1] if turn >= 5 else size, opaque)


def read_original(source: Source) -> Image.Image:
    """Reads the first picture in a file with its own pixels, for a result that keeps them.

    Returns:
        Mode RGB, EXIF orientation applied, over white. If the file has eight bits per RGB channel, the values
        are the file's, and its colour profile is in ``info["icc_profile"]``; else it is converted to sRGB.
        At most ``MAX_ORIGINAL`` pixels: a larger picture is reduced by an integer factor.

    Raises:
        ValueError: as :func:`read_picture`.
    """
    plain, _, profile, turn, _ = _plain(source, MAX_ORIGINAL)
    own = profile if profile and plain.mode == "RGB" and from_srgb(profile) is not None else None
    image = turned(plain if own else to_srgb(plain, profile), turn)
    image.info = {"icc_profile": own} if own else {}
    return image


def pixel_digest(source: Source | Image.Image) -> str:
    """SHA-256 of the size and the pixels of a picture, as hexadecimal digits.

    Mode, compression and metadata of the file make no difference: only 8-bit RGB values over white count.

    Raises:
        ValueError: as :func:`read_picture`.
    """
    if isinstance(source, Image.Image):
        return _digest(source.size, (in_bytes(strip, 255) for _, strip in strips(source, 64)))
    with decoded(source) as file:
        return _digest(file.whole, (strip for _, strip in file.strips()))


def _digest(size: tuple[int, int], parts: Iterable[Image.Image]) -> str:
    digest = sha256("×".join(map(str, size)).encode())
    for part in parts:
        digest.update(on_white(part).convert("RGB").tobytes())
    return digest.hexdigest()


def picture_size(source: Source) -> tuple[int, int]:
    """(width, height) in pixels of the picture in a file, EXIF orientation applied, without decoding it.

    Raises:
        ValueError: as :func:`read_picture`.
    """
    with _opened(source) as (image, container):
        return image.size[::-1] if _turn(image, container) >= 5 else image.size


@contextmanager
def decoded(source: Source, most: int = MAX_RESULT) -> Iterator[Decoded]:
    """Context with the first picture in a file, decoded but not converted.

    Args:
        source: a file in one of ``FORMATS``.
        most: maximum pixels of the result.

    Raises:
        ValueError: as :func:`read_picture`, also for errors within the context.
    """
    with _opened(source) as (image, container):
        whole = image.size
        at_once = MAX_RESULT // 4 if container.overhead and most == MAX_RESULT else most
        if image.format == "JPEG" and (factor := _factor(image.size, at_once)) > 1:
            # A JPEG can be decoded at a reduced size, which takes less time and memory.
            image.draft(None, (max(1, image.width // factor), max(1, image.height // factor)))
        factor = _factor(image.size, min(most, _room(image, container) // 4))
        image.load()
        profile = container.profile or image.info.get("icc_profile")
        yield Decoded(image, whole, factor, _turn(image, container), profile)


def lazily(file: BinaryIO, formats: tuple[str, ...]) -> Image.Image:
    """Opens a picture and checks its header; pixels are decoded on access.

    Args:
        file: seekable; it must stay open.
        formats: the allowed formats.

    Raises:
        ValueError: as :func:`read_picture`.
    """
    with _telling("the picture"):
        image, container = _header(file, formats)
        _room(image, container)
        return image


def turned(image: Image.Image, turn: int) -> Image.Image:
    """``image`` with EXIF orientation ``turn``, 1 to 8, applied."""
    return image.transpose(_TURNS[turn]) if turn in _TURNS else image


class _TooLargeError(ValueError):
    """A picture that exceeds the bounds."""


def _plain(
    source: Source, most: int = MAX_RESULT
) -> tuple[Image.Image, bool, bytes | None, int, tuple[int, int]]:
    """The picture over white with eight bits per channel, whether it is opaque, its profile, its EXIF
    orientation, and its size in the file."""
    with decoded(source, most) as file:
        if file.factor == 1 and is_plain(file.image):
            plain, opaque = file.image, True
        else:
            plain, opaque = _reduced(file)
        return plain, opaque, file.profile, file.turn, file.whole


def _reduced(file: Decoded) -> tuple[Image.Image, bool]:
    """The picture over white with eight bits per channel, reduced by its factor; whether it is opaque."""
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
    """The smallest integer factor that reduces a picture to at most ``most`` pixels."""
    factor = 1
    while -(-size[0] // factor) * -(-size[1] // factor) > most:
        factor += 1
    return factor


def _room(image: ImageFile.ImageFile, container: Container) -> int:
    """Memory left for the result after decoding, in bytes.

    Raises:
        _TooLargeError: if it is not enough.
    """
    # Pillow decodes run-length encoded BMPs in Python, which is slow, so their size is limited as well.
    in_copies = image.format in ("WEBP", "AVIF") or any(tile[0] == "bmp_rle" for tile in image.tile)
    each = _IN_COPIES if in_copies else _BYTES.get(image.mode, 4)
    needed = image.width * image.height * each + container.overhead + _WORKING + _LEAST_ROOM
    if needed > MAX_MEMORY:
        raise _TooLargeError(
            f"needs {needed >> 20} MB to read, more than the allowed {MAX_MEMORY >> 20}; make it smaller, or "
            "save it as a PNG or a non-progressive JPEG"
        )
    return MAX_MEMORY - needed + _LEAST_ROOM


def _turn(image: ImageFile.ImageFile, container: Container) -> int:
    return container.orientation or exif_orientation(image.info.get("exif", b""))


@contextmanager
def _opened(source: Source) -> Iterator[tuple[ImageFile.ImageFile, Container]]:
    """Context with a picture whose header has been checked, and its container."""
    if not isinstance(source, str | Path):
        with _telling("the picture"):
            yield _header(source, FORMATS)
        return
    path = Path(source)
    if not path.is_file():
        raise ValueError(f"{path} is not a file" if path.exists() else f"there is no file {path}")
    with _telling(path.name), path.open("rb") as file:
        yield _header(file, FORMATS)


def _header(file: BinaryIO, formats: tuple[str, ...]) -> tuple[ImageFile.ImageFile, Container]:
    container = without_metadata(file)
    image = Image.open(container.file, formats=formats)
    size = f"{image.width}×{image.height} pixels"
    if image.width * image.height > MAX_PIXELS:
        raise _TooLargeError(f"has {size}; at most {MAX_PIXELS:,} can be opened")
    if max(image.size) > MAX_SIDE:
        raise _TooLargeError(f"has {size}; at most {MAX_SIDE:,} on a side can be opened")
    return image, container


@contextmanager
def _telling(name: str) -> Iterator[None]:
    """Context for reading one picture at a time: no warnings, and errors in one line with the file name."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except _TooLargeError as error:
            raise ValueError(f"{name} {error}") from None
        except Image.DecompressionBombError:
            raise ValueError(f"{name} has too many pixels; at most {MAX_PIXELS:,} can be opened") from None
        except UnidentifiedImageError:
            raise ValueError(f"{name} is not a picture; expected {', '.join(FORMATS)}") from None
        except Exception as error:  # Pillow raises many types for invalid files
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise ValueError(f"{name} cannot be read: {reason:.200}") from None
