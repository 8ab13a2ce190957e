"""PNG: chunks, their text, and what of them the decoder needs."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from PIL import Image

from unleash.images.containers.parts import MAX_EXIF, MAX_PROFILE, Container, file_size, read_at, view
from unleash.images.containers.tiff import exif_orientation

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_ONE_PIXEL = b"\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3a\x7e\x9b\x55"
_END = b"\0\0\0\0IEND\xae\x42\x60\x82"


def png_text(file: BinaryIO, keyword: str, most: int) -> str | None:
    """The text with a keyword in a PNG, before or after its pixels; None if there is none.

    Args:
        file: a seekable file.
        keyword: keyword of the chunk, ASCII.
        most: maximum length of the text in bytes, at most the mebibyte that Pillow decompresses.

    Raises:
        ValueError: if the file is not a PNG, is cut short, or its text is damaged or longer.
    """
    if read_at(file, 0, 8) != SIGNATURE:
        raise ValueError("it is not a PNG")
    head, kind = keyword.encode("ascii") + b"\0", b""
    for kind, start, length in _chunks(file):
        if kind in (b"tEXt", b"zTXt", b"iTXt") and read_at(file, start, len(head)) == head:
            if length > most + len(head) + 1000:
                raise ValueError(f"its text may have at most {most:,} bytes")
            chunk = read_at(file, start - 8, length + 12)
            break
    else:
        if kind != b"IEND":
            raise ValueError("the file is cut short")
        return None
    try:
        text = Image.open(io.BytesIO(SIGNATURE + _ONE_PIXEL + chunk + _END), formats=("PNG",)).info.get(
            keyword
        )
    except (ValueError, OSError):
        text = None
    if not text or len(text) > most:
        raise ValueError(f"its text {keyword!r} is damaged or longer than {most:,} bytes")
    return text


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start of the data and length of each chunk, to the last one or the end of a truncated file."""
    at, size = len(SIGNATURE), file_size(file)
    while at + 12 <= size:
        length, kind = struct.unpack(">I4s", read_at(file, at, 8))
        if at + 12 + length > size:
            # The decoder reports truncated pixels.
            if kind == b"IDAT":
                yield kind, at + 8, size - at - 12
            return
        yield kind, at + 8, length
        if kind == b"IEND":
            return
        at += 12 + length


def png(file: BinaryIO) -> Container:
    """The pixels with their palette and transparency."""
    container, parts = Container(file, orientation=1), [range(len(SIGNATURE))]
    for kind, start, length in _chunks(file):
        if kind in (b"IDAT", b"IEND") or (kind in (b"IHDR", b"PLTE", b"tRNS") and length <= 1024):
            whole = range(start - 8, start + length + 4)
            if parts[-1].stop == whole.start:
                parts[-1] = range(parts[-1].start, whole.stop)
            else:
                parts.append(whole)
        elif kind == b"eXIf" and length <= MAX_EXIF:
            container = replace(container, orientation=exif_orientation(read_at(file, start, length)))
        elif kind == b"iCCP" and length <= MAX_PROFILE:
            container = replace(container, profile=_profile(read_at(file, start, length)))
    return replace(container, file=view(file, parts))


def _profile(data: bytes) -> bytes | None:
    """The profile in the data of an iCCP chunk; None if it is damaged or too large."""
    inflated = zlib.decompressobj()
    try:
        profile = inflated.decompress(data.partition(b"\0")[2][1:], MAX_PROFILE)
    except zlib.error:
        return None
    return profile if inflated.eof else None
