"""Files for a decoder that consist of parts of other files."""

import io
import os
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

MAX_PROFILE = 4 * 2**20
"""Maximum size of a colour profile in bytes; those of printing presses have half as many."""

MAX_EXIF = 2**16
"""Maximum size of EXIF data in bytes."""


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
        data = piece if isinstance(piece, bytes) else read_at(self._file, piece.start, len(piece))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def view(file: BinaryIO, parts: Sequence[range | bytes]) -> BinaryIO:
    """A file of ranges of ``file``, read on access, and of other bytes."""
    return io.BufferedReader(_Parts(file, parts))


def read_at(file: BinaryIO, start: int, length: int) -> bytes:
    """Up to ``length`` bytes from ``start``."""
    file.seek(start)
    return file.read(length)


def file_size(file: BinaryIO) -> int:
    """Size of a seekable file in bytes."""
    return file.seek(0, os.SEEK_END)
