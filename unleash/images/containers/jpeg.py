"""JPEG: segments, and the memory that its scans take."""

import struct
from dataclasses import replace
from typing import BinaryIO

from unleash.images.containers.parts import MAX_PROFILE, Container, file_size, read_at, view
from unleash.images.containers.tiff import exif_orientation

_MAX_SCANS = 100
"""Maximum number of scans of a progressive JPEG; ten are usual, and each covers the whole picture."""


def jpeg(file: BinaryIO) -> Container:
    """Without application data except the colour profile and the colour spaces of Adobe and JFIF."""
    container, parts, profile = Container(file, orientation=1), [range(2)], 0
    at, size, frame = 2, file_size(file), b""
    while marker := _marker(file, at):
        code, start = marker
        if code == 0xD9:
            break
        if 0xD0 <= code <= 0xD8 or code == 0x01:
            at = start
            continue
        length = int.from_bytes(read_at(file, start, 2), "big")
        head, at = read_at(file, start + 2, max(0, min(length - 2, 20))), start + length
        if length < 2 or at > size:
            break
        if code == 0xDA:
            parts.append(range(start - 2, size))
            coefficients = _coefficients(frame, scans_apart=head[0] < len(frame[6:]) // 3)
            if coefficients:
                _count_scans(file, start)
            return replace(container, file=view(file, parts), overhead=coefficients)
        if code == 0xE1 and head.startswith(b"Exif\0\0"):
            container = replace(container, orientation=exif_orientation(read_at(file, start + 8, length - 8)))
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
    while len(data := read_at(file, at, 2**16)) > 1:
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
    while data := read_at(file, at, 2**20):
        scans += data.count(b"\xff\xda")
        at += 2**20 - 1
        if len(data) < 2**20:
            break
    if scans > _MAX_SCANS:
        raise ValueError(f"it has {scans:,} scans; at most {_MAX_SCANS} are read")
