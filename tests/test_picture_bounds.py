"""Small files that claim or make large pictures, and large pictures: what reading them costs at most."""

import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from picture_files import CASES, chunk, directory, saved
from PIL import Image

from unleash.images.reading import MAX_PIXELS, read_picture

pytestmark = [
    pytest.mark.filterwarnings("error"),
    pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured as on Linux"),
]

SIDE = int(MAX_PIXELS**0.5)

# Not resource.getrusage, whose peak is never below that of the process that started this one.
MEASURE = """
import json, sys, time
from contextlib import suppress
from pathlib import Path
from unleash.images.masks import read_mask
from unleash.images.reading import picture_size, read_picture
from unleash.images.containers.png import png_text

def memory(what):
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) / 1024

def opened(path):
    with open(path, "rb") as file, suppress(ValueError):
        png_text(file, "unleash", 2**20)
    return read_picture(path).size

def masked(path):
    return read_mask(path, picture_size(path)).shape[::-1]

opened(sys.argv[1]), masked(sys.argv[1])
before, began = memory("VmRSS"), time.process_time()
Path("/proc/self/clear_refs").write_text("5")
try:
    said = {"open": opened, "mask": masked}[sys.argv[3]](sys.argv[2])
except ValueError as error:
    said = str(error)
peak, seconds = memory("VmHWM") - before, time.process_time() - began
print(json.dumps([said, peak, memory("VmRSS") - before, seconds]))
"""


def measured(data, folder, how="open"):
    """What is said of a file, MiB at the peak and afterwards, and seconds of the processor."""
    (folder / "file").write_bytes(data)
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        MEASURE,
        str(CASES / "mask16soft.png"),
        str(folder / "file"),
        how,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "Warning" not in done.stderr
    return json.loads(done.stdout)


def png(width, height, *chunks, pixels=b"\0" * 99, depth=8, colour=2):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def gif(screen, frame):
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(6)
    return head + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02\x02\x4c\x01\x00;"


def gif_with_comment(size):
    good = saved(Image.new("P", (8, 8)), "GIF")
    at = good.index(b",", 13 + (3 << (good[10] & 7) + 1))
    return good[:at] + b"!\xfe" + (b"\xff" + b" " * 255) * (size // 256) + b"\0" + good[at:]


def tiff(*tags, extra=b"", count=None):
    body = directory(tags)
    if count is not None:
        body = struct.pack("<H", count) + body[2:]
    return b"II*\0" + struct.pack("<I", 8) + body + extra


def plain_tags(width, height, compression=1, **more):
    rows = more.get("rows", height)
    tags = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, compression), (262, 3, 1)]
    return [*tags, (273, 4, 8), (277, 3, 1), (278, 4, rows), (279, 4, 99)]


def tiff_of_many_tags(count, size):
    """Every tag points at the same bytes, which a reader that copies them takes ``count`` times."""
    entries = [struct.pack("<HHII", tag, 7, size, 8) for tag in range(1000, 1000 + count)]
    entries = [entry[:12] for entry in entries]
    head = directory(plain_tags(8, 8))
    known = head[2:-4]
    body = struct.pack("<H", count + len(known) // 12) + known + b"".join(entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + size) + bytes(size) + body


def jpeg(data, width, height, code=None):
    """A JPEG with another size in its frame."""
    at = next(i for i in range(len(data)) if data[i] == 0xFF and data[i + 1] in (0xC0, 0xC2))
    size = struct.pack(">HH", height, width)
    return data[: at + 1] + bytes([code or data[at + 1]]) + data[at + 2 : at + 5] + size + data[at + 9 :]


def jpeg_of_many_scans(count):
    """A progressive JPEG whose last scan is there ``count`` times."""
    data = saved(Image.new("L", (5000, 5000)), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * count + b"\xff\xd9"


def jpeg_in_single_scans(side):
    """A baseline JPEG of four components whose first scan has only one: all coefficients must be kept."""
    data = jpeg(saved(Image.new("CMYK", (64, 64)), "JPEG"), side, side)
    at = data.rindex(b"\xff\xda")
    return data[:at] + b"\xff\xda\x00\x08\x01" + data[at + 5 : at + 7] + b"\x00\x3f\x00" + data[-64:]


def bmp(width, height, compression=0, depth=24, pixels=b"\0" * 99, palette=b""):
    info = struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, depth, compression, 0, 0, 0, len(palette) // 4, 0
    )
    start = 14 + len(info) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + info + palette + pixels


def webp(width, height):
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    good = saved(Image.new("RGB", (8, 8)), "WEBP", lossless=True)
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + bytes(4) + canvas + good[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def zeros(size):
    return zlib.compress(bytes(size), 9)


GREY = bytes([0, 0, 0, 0])

BOMBS = {
    "png header": lambda: png(2**31 - 1, 2**31 - 1),
    "png 60,000": lambda: png(60_000, 60_000),
    "png thin": lambda: png(2**24, 2),
    "png lies": lambda: png(SIDE, SIDE),
    "png 16 bits lie": lambda: png(SIDE, SIDE, depth=16, colour=6),
    "png interlaced": lambda: png(SIDE, SIDE)[:28] + b"\x01" + png(SIDE, SIDE)[29:],
    "png zTXt": lambda: png(8, 8, *[chunk(b"zTXt", b"a\0\0" + zeros(2**27))] * 9, pixels=bytes(200)),
    "png zTXt recipe": lambda: png(8, 8, chunk(b"zTXt", b"unleash\0\0" + zeros(2**27)), pixels=bytes(200)),
    "png iTXt recipe": lambda: png(
        8, 8, chunk(b"iTXt", b"unleash\0\1\0\0\0" + zeros(2**27)), pixels=bytes(200)
    ),
    "png tEXt": lambda: png(8, 8, chunk(b"tEXt", b"a\0" + b" " * 2**26), pixels=bytes(200)),
    "png iCCP": lambda: png(8, 8, chunk(b"iCCP", b"a\0\0" + zeros(2**27)), pixels=bytes(200)),
    "png many chunks": lambda: png(8, 8, chunk(b"tEXt", b"a\0") * 10_000, pixels=bytes(200)),
    "gif screen": lambda: gif((65_535, 65_535), (1, 1)),
    "gif frame": lambda: gif((1, 1), (65_535, 65_535)),
    "gif lies": lambda: gif((SIDE, SIDE), (SIDE, SIDE)),
    "gif comment": lambda: gif_with_comment(2**23),
    "tiff 26,000": lambda: tiff(*plain_tags(26_000, 26_000), extra=bytes(5000)),
    "tiff lies": lambda: tiff(*plain_tags(SIDE, SIDE), extra=bytes(5000)),
    "tiff one strip": lambda: tiff(*plain_tags(SIDE, SIDE, 5), extra=bytes(5000)),
    "tiff colours in one strip": lambda: tiff(
        *[(t, k, {258: 8, 262: 2, 277: 3}.get(t, v)) for t, k, v in plain_tags(SIDE, SIDE, 8)]
    ),
    "tiff tile": lambda: tiff(
        *plain_tags(64, 64, 5), (322, 4, 2**20), (323, 4, 2**20), (324, 4, 8), (325, 4, 9)
    ),
    "tiff rows": lambda: tiff(*plain_tags(64, 64, 5, rows=2**32 - 1), extra=bytes(99)),
    "tiff tags": lambda: tiff_of_many_tags(20_000, 2**20),
    "tiff count": lambda: tiff(*plain_tags(8, 8), count=65_535),
    "jpeg header": lambda: jpeg(saved(Image.new("RGB", (8, 8)), "JPEG"), 65_500, 65_500),
    "jpeg lies": lambda: jpeg(saved(Image.new("RGB", (8, 8)), "JPEG"), SIDE, SIDE),
    "jpeg progressive lies": lambda: jpeg(
        saved(Image.new("RGB", (8, 8)), "JPEG", progressive=True, subsampling=0), SIDE, SIDE
    ),
    "jpeg scans": lambda: jpeg_of_many_scans(2000),
    "jpeg single scans": lambda: jpeg_in_single_scans(SIDE),
    "jpeg thumbnail": lambda: (
        b"\xff\xd8"
        + (b"\xff\xe1\xff\xff" + b"Exif\0\0" + bytes(65_527)) * 900
        + saved(Image.new("L", (8, 8)), "JPEG")[2:]
    ),
    "bmp header": lambda: bmp(60_000, 60_000),
    "bmp lies": lambda: bmp(SIDE, SIDE),
    "bmp run lengths": lambda: bmp(65_535, 700, 1, 8, b"\0\2\xff\xff\0\1", GREY * 256),
    "bmp ends of lines": lambda: bmp(700, 65_535, 1, 8, b"\1\1\0\0" * 65_535, GREY * 256),
    "bmp long lines": lambda: bmp(MAX_PIXELS, 1, 1, 8, b"\0\2\xff\xff\0\1", GREY * 256),
    "webp canvas": lambda: webp(16_383, 16_383),
    "webp lies": lambda: webp(2**24, 2**7),
    "webp 40 million": lambda: webp(8_000, 5_000),
    "ico": lambda: saved(Image.new("RGB", (64, 64)), "ICO"),
    "ico of png": lambda: (
        b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0" + struct.pack("<II", 200, 22) + png(20_000, 20_000)
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_small_file_costs_much(name, tmp_path):
    said, peak, after, seconds = measured(BOMBS[name](), tmp_path)
    assert peak < 200
    assert after < 40
    assert seconds < 1
    if isinstance(said, str):
        assert said.startswith("file ")
        assert "\n" not in said
        assert len(said) < 300


@pytest.mark.parametrize(
    "name", ["png zTXt", "png tEXt", "png iCCP", "png many chunks", "gif comment", "jpeg thumbnail"]
)
def test_what_is_not_needed_does_not_stop_the_pixels(name, tmp_path):
    (tmp_path / "file").write_bytes(BOMBS[name]())
    assert read_picture(tmp_path / "file").size == (8, 8)


@pytest.mark.parametrize("name", ["png 60,000", "tiff 26,000", "gif screen", "gif frame", "bmp header"])
def test_too_many_pixels_are_said_to_be_too_many(name, tmp_path):
    (tmp_path / "file").write_bytes(BOMBS[name]())
    with pytest.raises(ValueError, match=r"^file has .*; at most 50,000,000 can be opened"):
        read_picture(tmp_path / "file")


# -- large pictures --------------------------------------------------------------------------------


def shaded(mode):
    """A picture of MAX_PIXELS, dark on the left and bright on the right."""
    row = np.linspace(0, 255, SIDE).astype(np.uint8)
    wide = {"I;16": row.astype(np.uint16) * 257, "F": (row / 255).astype(np.float32)}.get(mode, row)
    image = Image.fromarray(np.broadcast_to(wide, (SIDE, SIDE)))
    return image if mode in ("L", "I;16", "F") else image.convert(mode)


LARGE = [
    ("L", "PNG", {"compress_level": 1}),
    ("RGB", "PNG", {"compress_level": 1}),
    ("RGBA", "PNG", {"compress_level": 1}),
    ("I;16", "PNG", {"compress_level": 1}),
    ("RGB", "JPEG", {}),
    ("RGB", "JPEG", {"progressive": True}),
    ("CMYK", "JPEG", {}),
    ("RGB", "BMP", {}),
    ("RGB", "TIFF", {"compression": "tiff_lzw"}),
    ("F", "TIFF", {}),
    ("L", "GIF", {}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "kind", "options"), LARGE)
def test_fifty_million_pixels_open(mode, kind, options, tmp_path):
    data = saved(shaded(mode), kind, **options)
    said, peak, after, _ = measured(data, tmp_path)
    assert said[0] == said[1] > 1024, "no smaller than the largest canvas"
    # A compressed TIFF is mapped, and pages of the file itself are no memory that is taken from anyone.
    mapped = len(data) / 2**20 if "compression" in options else 0
    assert peak - mapped < 200
    assert after < 40


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_a_mask_of_fifty_million_pixels_opens(mode, tmp_path):
    said, peak, after, _ = measured(saved(shaded(mode), "PNG", compress_level=1), tmp_path, "mask")
    assert said[0] == said[1] > 1024
    assert peak < 200
    assert after < 40


@pytest.mark.slow
def test_a_photograph_as_webp_opens(tmp_path):
    said, peak, after, _ = measured(saved(Image.new("RGB", (4000, 3000), "teal"), "WEBP", method=0), tmp_path)
    assert min(said) > 1024
    assert peak < 200
    assert after < 40
