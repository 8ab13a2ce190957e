"""The reel: the steps of the run that made the picture, to view, continue from or save as a film."""

import base64
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from unleash.images.reading import lazily
from unleash.studio.server.component import NativeComponent

MOST_PIXELS = 64 * 1024**2
"""Maximum pixels of all pictures of a film together: a run of 64 steps on the largest canvas."""

_URL = "data:image/webp;base64,"


@dataclass(frozen=True)
class Film:
    """The pictures for a GIF.

    Attributes:
        name: name of the file.
        images: one for each step, in order.
    """

    name: str
    images: list[Image.Image]


class Reel(NativeComponent):
    """A scrubber over the steps of a run; its value is a film that the page wants as a GIF.

    A listener to ``submit`` receives it as a :class:`Film`, and returns None when it is done.
    """

    folder = "reel"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="reel", **options)

    def read(self, value: Any) -> Film:
        """Validates the page's JSON."""
        given = value if isinstance(value, dict) else {}
        name, urls = given.get("name"), given.get("images")
        if not isinstance(name, str) or not re.fullmatch(r"[\w-]{1,80}\.gif", name):
            raise ValueError("the name of a film must have letters, digits and hyphens and end in .gif")
        if not isinstance(urls, list) or not urls:
            raise ValueError("a film must have at least one picture")
        images = [_opened(url) for url in urls]
        if sum(image.width * image.height for image in images) > MOST_PIXELS:
            raise ValueError(f"the film has too many pictures: at most {MOST_PIXELS:,} pixels in all")
        return Film(name, images)


def _opened(url: Any) -> Image.Image:
    """The picture in a data URL; its pixels are decoded on access."""
    if not isinstance(url, str) or not url.startswith(_URL):
        raise ValueError("the pictures of a film must be data URLs of WebP")
    try:
        return lazily(BytesIO(base64.b64decode(url.removeprefix(_URL), validate=True)), ("WEBP",))
    except ValueError:
        raise ValueError("a picture of the film cannot be read") from None
