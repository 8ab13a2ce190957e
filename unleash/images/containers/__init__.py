"""Views of picture files with only what is needed to decode the first picture.

Comments, thumbnails, previews, other frames and text may be huge, damaged or malicious, so the decoder never
sees them.
"""

from typing import BinaryIO

from unleash.images.containers.avif import avif
from unleash.images.containers.gif import gif
from unleash.images.containers.jpeg import jpeg
from unleash.images.containers.parts import Container, file_size, read_at
from unleash.images.containers.png import SIGNATURE, png
from unleash.images.containers.tiff import tiff


def without_metadata(file: BinaryIO) -> Container:
    """A view of a picture file with only what is needed to decode its first picture.

    Args:
        file: seekable; it must stay open as long as the view is used.

    Raises:
        ValueError: if it is damaged or takes too much work.
    """
    start = read_at(file, 0, 12)
    for signature, container in _CONTAINERS.items():
        if start.startswith(signature):
            return container(file)
    return avif(file) if start[4:8] == b"ftyp" else Container(file)


def _webp(file: BinaryIO) -> Container:
    # The decoder keeps the whole file in memory.
    return Container(file, overhead=file_size(file))


_CONTAINERS = {
    SIGNATURE: png,
    b"\xff\xd8": jpeg,
    b"GIF87a": gif,
    b"GIF89a": gif,
    b"II": tiff,
    b"MM": tiff,
    b"RIFF": _webp,
}
"""Formats by their first bytes."""
