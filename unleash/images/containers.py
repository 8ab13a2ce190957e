"""Views of picture files with only what is needed to decode the first picture.

Comments, thumbnails, previews, other frames and text may be huge, damaged or malicious, so the decoder never
sees them.
"""

import io
import os
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import BinaryIO

from PIL import Image

MAX_PROFILE = 4 * 2**20
"""Maximum size of a colour profile in bytes; those of printing presses have half as many."""

_MAX_EXIF = 2**16
_MAX_SCANS = 100
"""Maximum number of scans of a progressive JPEG; ten are usual, and each covers the whole picture."""

_PNG = b"\x89PNG\r\n\x1a\n"
_ONE_PIXEL = b"\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3a\x7e\x9b\x55"
_END = b"\0\0\0\0IEND\xae\x42\x60\x82"
_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
_ORIENTATION = 274


@dataclass(frozen=True)
class Container:
    """A picture file for the decoder.

    Attributes:
        file: the parts needed to decode the first picture.
        orientation: EXIF orientation, 1 to 8; None: given by the decoder.
        profile: its ICC profile; None: given by the decoder, or there is none.
        overhead: memory for decoding besides the decoded pixels, in bytes.
    """

    file: BinaryIO
    orientation: int | None = None
    profile: bytes | None = None
    overhead: int = 0


def without_metadata(file: BinaryIO) -> Container:
    """A view of a picture file with only what is needed to decode its first picture.

    Args:
        file: seekable; it must stay open as long as the view is used.

    Raises:
        ValueError: if it is damaged or takes too much work.
    """
    start = _bytes(file, 0, 12)
    for signature, container in _CONTAINERS.items():
        if start.startswith(signature):
            return container(file)
    return _avif(file) if start[4:8] == b"ftyp" else Container(file)


def png_text(file: BinaryIO, keyword: str, most: int) -> str | None:
    """The text with a keyword in a PNG, before or after its pixels; None if there is none.

    Args:
        file: a seekable file.
        keyword: keyword of the chunk, ASCII.
        most: maximum length of the text in bytes, at most the mebibyte that Pillow decompresses.

    Raises:
        ValueError: if the file is not a PNG, is cut short, or its text is damaged or longer.
    """
    if _bytes(file, 0, 8) != _PNG:
        raise ValueError("it is not a PNG")
    head, kind = keyword.encode("ascii") + b"\0", b""
    for kind, start, length in _chunks(file):
        if kind in (b"tEXt", b"zTXt", b"iTXt") and _bytes(file, start, len(head)) == head:
            if length > most + len(head) + 1000:
                raise ValueError(f"its text may have at most {most:,} bytes")
            chunk = _bytes(file, start - 8, length + 12)
            break
    else:
        if kind != b"IEND":
            raise ValueError("the file is cut short")
        return None
    try:
        text = Image.open(io.BytesIO(_PNG + _ONE_PIXEL + chunk + _END), formats=("PNG",)).info.get(keyword)
    except (ValueError, OSError):
        text = None
    if not text or len(text) > most:
        raise ValueError(f"its text {keyword!r} is damaged or longer than {most:,} bytes")
    return text


class _Parts(io.RawIOBase):
    """A file of ranges of another file, read on access, and of other bytes."""

    def __init__(self, file: BinaryIO, parts: Sequence[range | bytes]) -> None:
        self._file, self._parts, self._at = file, parts, 0
        self._ends = list(accumulate(map(len, parts)))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        # Lets libtiff map the file, whose pages the system can reclaim.
        return self._file.fileno()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._ends[-1] if self._ends else 0}
        self._at = max(0, base[whence] + offset)
        return self._at

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        index = bisect_right(self._ends, self._at)
        if index == len(self._parts):
            return 0
        part = self._parts[index]
        inside = self._at - (self._ends[index] - len(part))
        piece = part[inside : inside + len(buffer)]
        data = piece if isinstance(piece, bytes) else _bytes(self._file, piece.start, len(piece))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _view(file: BinaryIO, parts: Sequence[range | bytes]) -> BinaryIO:
    return io.BufferedReader(_Parts(file, parts))


def _bytes(file: BinaryIO, start: int, length: int) -> bytes:
    """Up to ``length`` bytes from ``start``."""
    file.seek(start)
    return file.read(length)


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)


# PNG


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start of the data and length of each chunk, to the last one or the end of a truncated file."""
    at, size = len(_PNG), _size(file)
    while at + 12 <= size:
        length, kind = struct.unpack(">I4s", _bytes(file, at, 8))
        if at + 12 + length > size:
            # The decoder reports truncated pixels.
            if kind == b"IDAT":
                yield kind, at + 8, size - at - 12
            return
        yield kind, at + 8, length
        if kind == b"IEND":
            return
        at += 12 + length


def _png(file: BinaryIO) -> Container:
    container, parts = Container(file, orientation=1), [range(len(_PNG))]
    for kind, start, length in _chunks(file):
        if kind in (b"IDAT", b"IEND") or (kind in (b"IHDR", b"PLTE", b"tRNS") and length <= 1024):
            whole = range(start - 8, start + length + 4)
            if parts[-1].stop == whole.start:
                parts[-1] = range(parts[-1].start, whole.stop)
            else:
                parts.append(whole)
        elif kind == b"eXIf" and length <= _MAX_EXIF:
            container = replace(container, orientation=exif_orientation(_bytes(file, start, length)))
        elif kind == b"iCCP" and length <= MAX_PROFILE:
            container = replace(container, profile=_profile(_bytes(file, start, length)))
    return replace(container, file=_view(file, parts))


def _profile(data: bytes) -> bytes | None:
    """The profile in the data of an iCCP chunk; None if it is damaged or too large."""
    inflated = zlib.decompressobj()
    try:
        profile = inflated.decompress(data.partition(b"\0")[2][1:], MAX_PROFILE)
    except zlib.error:
        return None
    return profile if inflated.eof else None


# JPEG


def _jpeg(file: BinaryIO) -> Container:
    """Without application data except the colour profile and the colour spaces of Adobe and JFIF."""
    container, parts, profile = Container(file, orientation=1), [range(2)], 0
    at, size, frame = 2, _size(file), b""
    while marker := _marker(file, at):
        code, start = marker
        if code == 0xD9:
            break
        if 0xD0 <= code <= 0xD8 or code == 0x01:
            at = start
            continue
        length = int.from_bytes(_bytes(file, start, 2), "big")
        head, at = _bytes(file, start + 2, max(0, min(length - 2, 20))), start + length
        if length < 2 or at > size:
            break
        if code == 0xDA:
            parts.append(range(start - 2, size))
            coefficients = _coefficients(frame, scans_apart=head[0] < len(frame[6:]) // 3)
            if coefficients:
                _count_scans(file, start)
            return replace(container, file=_view(file, parts), overhead=coefficients)
        if code == 0xE1 and head.startswith(b"Exif\0\0"):
            container = replace(container, orientation=exif_orientation(_bytes(file, start + 8, length - 8)))
        elif code == 0xE2 and head.startswith(b"ICC_PROFILE\0") and profile + length <= MAX_PROFILE:
            profile += length
            parts.append(range(start - 2, at))
        elif (0xE0 <= code <= 0xEF or code == 0xFE) and not head.startswith((b"JFIF\0", b"Adobe")):
            continue
        else:
            parts.append(range(start - 2, at))
        if 0xC0 <= code <= 0xCF and code not in (0xC4, 0xC8, 0xCC) and not frame:
            frame = bytes([code]) + head[:17]
    raise ValueError("the file is cut short before the first pixel")


def _marker(file: BinaryIO, at: int) -> tuple[int, int] | None:
    """The next marker and the start of its data; like decoders, skips anything before it."""
    while len(data := _bytes(file, at, 2**16)) > 1:
        first = data.find(b"\xff", 0, -1)
        if first < 0:
            at += len(data) - 1
        elif data[first + 1] in (0x00, 0xFF):
            at += first + 1
        else:
            return data[first + 1], at + first + 2
    return None


def _coefficients(frame: bytes, scans_apart: bool) -> int:
    """Bytes of the coefficients that a decoder must keep until the last scan; 0 if there is only one.

    Args:
        frame: the code of the frame's marker and the start of its data.
        scans_apart: whether the first scan lacks some of the components.
    """
    if len(frame) < 10:
        raise ValueError("the file is cut short before the first pixel")
    progressive = frame[0] not in (0xC0, 0xC1, 0xC3, 0xC9, 0xCB)
    if not (progressive or scans_apart):
        return 0
    height, width = struct.unpack(">HH", frame[2:6])
    sampling = [divmod(both, 16) for both in frame[8::3]]
    across, down = (max(1, *column) for column in zip((1, 1), *sampling, strict=True))
    blocks = sum(-(-width * x // (8 * across)) * -(-height * y // (8 * down)) for x, y in sampling)
    return blocks * 128


def _count_scans(file: BinaryIO, start: int) -> None:
    scans, at = 0, start - 2
    while data := _bytes(file, at, 2**20):
        scans += data.count(b"\xff\xda")
        at += 2**20 - 1
        if len(data) < 2**20:
            break
    if scans > _MAX_SCANS:
        raise ValueError(f"it has {scans:,} scans; at most {_MAX_SCANS} are read")


# GIF


def _gif(file: BinaryIO) -> Container:
    """The first frame with its palette and transparency."""
    screen = _bytes(file, 0, 13)
    at = len(screen) + _palette(screen[-3:-2])
    parts = [range(at)]
    while block := _bytes(file, at, 2):
        if block[:1] == b",":
            parts.append(range(at, _size(file)))
            break
        if block[:1] == b"!":
            end = _after_blocks(file, at + 2)
            if block == b"!\xf9":
                parts[1:] = [range(at, end)]
            at = end
        elif block[:1] == b";":
            break
        else:
            at += 1
    return Container(_view(file, parts), orientation=1)


def _palette(flags: bytes) -> int:
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 128 else 0


def _after_blocks(file: BinaryIO, at: int) -> int:
    """The end of a chain of blocks, each of which starts with its length."""
    file.seek(at)
    while (length := file.read(1)) not in (b"", b"\0"):
        file.seek(length[0], os.SEEK_CUR)
    return file.tell()


# TIFF, and EXIF, which is one


@dataclass(frozen=True)
class _Entry:
    tag: int
    kind: int
    count: int
    raw: bytes

    @property
    def size(self) -> int:
        """Size of its values in bytes."""
        return self.count * _BYTES.get(self.kind, 1)


_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}

_COUNTED = {256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325}
_COUNTED |= {332, 338, 339, 347, 529, 530, 532}
"""Tags needed to locate and decode the pixels."""

_PROFILE = 34675
_MOST_VALUES = 2**17
"""Maximum number of values of a tag; one strip per row, and JPEG tables, have fewer."""


def exif_orientation(exif: bytes) -> int:
    """The EXIF orientation, 1 to 8; 1 (unchanged) if there is none or it cannot be read."""
    file = io.BytesIO(exif.removeprefix(b"Exif\0\0"))
    try:
        order, entries, _ = _directory(file)
    except ValueError:
        return 1
    return _turn(file, order, entries)


def _turn(file: BinaryIO, order: str, entries: Sequence[_Entry]) -> int:
    turn = _first(file, order, entries, _ORIENTATION, 1)
    return turn if 1 <= turn <= 8 else 1


def _directory(file: BinaryIO) -> tuple[str, list[_Entry], range]:
    """Byte order, entries and range of the first directory."""
    start = _bytes(file, 0, 8)
    order = _TIFF.get(start[:4])
    if order is None or len(start) < 8:
        raise ValueError("it has no valid TIFF header; BigTIFF is not supported")
    (at,) = struct.unpack(f"{order}I", start[4:])
    count = _bytes(file, at, 2)
    if len(count) < 2:
        raise ValueError("the file is cut short")
    data = file.read(12 * struct.unpack(f"{order}H", count)[0])
    raws = [data[i : i + 12] for i in range(0, len(data) - 11, 12)]
    entries = []
    for raw in raws:
        tag, kind, values = struct.unpack_from(f"{order}HHI", raw)
        entries.append(_Entry(tag, kind, values, raw))
    return order, entries, range(at, at + 2 + len(data) + 4)


def _first(file: BinaryIO, order: str, entries: Sequence[_Entry], tag: int, otherwise: int) -> int:
    """The first integer of a tag; if the tag is repeated, of the last one."""
    for entry in reversed(entries):
        if entry.tag == tag and entry.kind in (3, 4) and entry.count:
            form = f"{order}{'H' if entry.kind == 3 else 'I'}"
            if entry.size <= 4:
                data = entry.raw[8:]
            else:
                data = _bytes(file, struct.unpack(f"{order}I", entry.raw[8:])[0], 4)
            if len(data) >= struct.calcsize(form):
                return struct.unpack_from(form, data)[0]
    return otherwise


def _tiff(file: BinaryIO) -> Container:
    """Without other pages, and without data besides the pixels, such as layers."""
    order, entries, place = _directory(file)
    kept = [
        entry
        for entry in entries
        if (entry.tag in _COUNTED and entry.count <= _MOST_VALUES)
        or (entry.tag == _PROFILE and entry.size <= MAX_PROFILE)
    ]

    def number(tag: int, otherwise: int) -> int:
        return _first(file, order, entries, tag, otherwise)

    overhead = 0
    if number(259, 1) != 1:
        # libtiff keeps a strip or tile, and the values of all entries, in memory.
        width, height = number(256, 0), number(257, 0)
        across, down = number(322, width), number(323, min(number(278, height), height))
        overhead = across * down * number(277, 1) * -(-number(258, 1) // 8)
        overhead += sum(entry.size for entry in entries if entry not in kept)
    directory = struct.pack(f"{order}H", len(kept)) + b"".join(entry.raw for entry in kept)
    parts: list[range | bytes] = [range(place.start)]
    parts += [directory.ljust(len(place), b"\0"), range(place.stop, _size(file))]
    return Container(_view(file, parts), orientation=_turn(file, order, entries), overhead=overhead)


# WebP and AVIF, whose decoders keep the whole file in memory


def _webp(file: BinaryIO) -> Container:
    return Container(file, overhead=_size(file))


def _avif(file: BinaryIO) -> Container:
    """Without EXIF, which is hidden by renaming it; AVIF itself gives the orientation."""
    at, size = 0, _size(file)
    while len(head := _bytes(file, at, 8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind == b"meta":
            if length > 2**20:
                raise ValueError("its metadata has more than a megabyte")
            box = _bytes(file, at, length).replace(b"Exif", b"skip")
            file = _view(file, [range(at), box, range(at + len(box), size)])
            break
        if length < 8:
            raise ValueError("the file is cut short")
        at += length
    return Container(file, overhead=size)


_CONTAINERS = {
    _PNG: _png,
    b"\xff\xd8": _jpeg,
    b"GIF87a": _gif,
    b"GIF89a": _gif,
    b"II": _tiff,
    b"MM": _tiff,
    b"RIFF": _webp,
}
"""Formats by their first bytes."""
