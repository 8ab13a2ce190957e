"""Picture files written by hand, byte by byte."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

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


def directory(tags, order="<"):
    entries = [
        struct.pack(f"{order}HHI", tag, kind, 1) + struct.pack(f"{order}{'HH' if kind == 3 else 'I'}", *value)
        for tag, kind, *value in ((tag, kind, *((v, 0) if kind == 3 else (v,))) for tag, kind, v in tags)
    ]
    return struct.pack(f"{order}H", len(entries)) + b"".join(entries) + bytes(4)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
