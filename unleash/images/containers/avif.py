"""AVIF: the box with its metadata."""

import struct
from typing import BinaryIO

from unleash.images.containers.parts import Container, file_size, read_at, view


def avif(file: BinaryIO) -> Container:
    """Without EXIF, which is hidden by renaming it; AVIF itself gives the orientation.

    The decoder keeps the whole file in memory.
    """
    at, size = 0, file_size(file)
    while len(head := read_at(file, at, 8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind == b"meta":
            if length > 2**20:
                raise ValueError("its metadata has more than a megabyte")
            box = read_at(file, at, length).replace(b"Exif", b"skip")
            file = view(file, [range(at), box, range(at + len(box), size)])
            break
        if length < 8:
            raise ValueError("the file is cut short")
        at += length
    return Container(file, overhead=size)
