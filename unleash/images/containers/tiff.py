"""TIFF: its first directory. EXIF data are a TIFF file without pixels."""

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from unleash.images.containers.parts import MAX_PROFILE, Container, file_size, read_at, view

_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
_ORIENTATION = 274


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
    start = read_at(file, 0, 8)
    order = _TIFF.get(start[:4])
    if order is None or len(start) < 8:
        raise ValueError("it has no valid TIFF header; BigTIFF is not supported")
    (at,) = struct.unpack(f"{order}I", start[4:])
    count = read_at(file, at, 2)
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
                data = read_at(file, struct.unpack(f"{order}I", entry.raw[8:])[0], 4)
            if len(data) >= struct.calcsize(form):
                return struct.unpack_from(form, data)[0]
    return otherwise


def tiff(file: BinaryIO) -> Container:
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
    parts += [directory.ljust(len(place), b"\0"), range(place.stop, file_size(file))]
    return Container(view(file, parts), orientation=_turn(file, order, entries), overhead=overhead)
