"""GIF: the blocks of its first frame."""

import os
from typing import BinaryIO

from unleash.images.containers.parts import Container, file_size, read_at, view


def gif(file: BinaryIO) -> Container:
    """The first frame with its palette and transparency."""
    screen = read_at(file, 0, 13)
    at = len(screen) + _palette(screen[-3:-2])
    parts = [range(at)]
    while block := read_at(file, at, 2):
        if block[:1] == b",":
            parts.append(range(at, file_size(file)))
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
    return Container(view(file, parts), orientation=1)


def _palette(flags: bytes) -> int:
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 128 else 0


def _after_blocks(file: BinaryIO, at: int) -> int:
    """The end of a chain of blocks, each of which starts with its length."""
    file.seek(at)
    while (length := file.read(1)) not in (b"", b"\0"):
        file.seek(length[0], os.SEEK_CUR)
    return file.tell()
