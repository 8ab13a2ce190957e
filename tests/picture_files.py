"""Picture files written by hand, byte by byte."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np

CASES = Path(__file__).parent / "fixtures" / "pictures"


def saved(image, kind="PNG", **options):
    """The bytes of a picture as Pillow saves it."""
    image.save(file := BytesIO(), kind, **options)
    return file.getvalue()


def grey_tiff(values, order="<"):
    """A greyscale TIFF (H, W) of any kind of number, written by hand."""
    form = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    data = values.astype(values.dtype.newbyteorder(order)).tobytes()
    height, width = values.shape
    tags = [(256, 4, width), (257, 4, height), (258, 3, values.dtype.itemsize * 8), (259, 3, 1), (262, 3, 1)]
    tags += [(273, 4, 8), (277, 3, 1), (278, 4, height), (279, 4, len(data)), (339, 3, form)]
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8 + len(data))
    return BytesIO(start + data + directory(tags, order))


def ink_profile():
    """An ICC profile of CMYK by which no ink is white, all ink black, and all between them red."""
    white, red, black = bytes([255, 128, 128]), bytes([136, 208, 195]), bytes([0, 128, 128])
    curve = bytes(range(256))
    matrix = struct.pack(">9i", *np.eye(3, dtype=int).ravel() * 65_536)
    table = (
        b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + curve * 4 + white + red * 14 + black + curve * 3
    )
    size = 128 + 16 + len(table)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab ") + bytes(12)
    head += b"acsp" + bytes(28) + struct.pack(">3i", 63_190, 65_536, 54_061)
    return head.ljust(128, b"\0") + struct.pack(">I4sII", 1, b"A2B0", 144, len(table)) + table


def directory(tags, order="<"):
    entries = [
        struct.pack(f"{order}HHI", tag, kind, 1) + struct.pack(f"{order}{'HH' if kind == 3 else 'I'}", *value)
        for tag, kind, *value in ((tag, kind, *((v, 0) if kind == 3 else (v,))) for tag, kind, v in tags)
    ]
    return struct.pack(f"{order}H", len(entries)) + b"".join(entries) + bytes(4)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
