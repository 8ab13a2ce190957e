"""What the page may ask to have as a film."""

import base64
from io import BytesIO

import gradio as gr
import pytest
from PIL import Image

from unleash.studio.server.components.reel import Reel
from unleash.studio.server.films import save


def url(color: str, kind: str = "webp") -> str:
    file = BytesIO()
    Image.new("RGB", (32, 32), color).save(file, kind)
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"


def test_a_film_of_the_pictures_in_order():
    film = Reel().preprocess({"name": "a-1.gif", "images": [url("red"), url("blue")]})
    message = save(film)
    assert message["name"] == "a-1.gif"
    with Image.open(message["file"]["path"]) as image:
        assert image.n_frames == 2
        first = image.convert("RGB").getpixel((9, 9))
    assert first[0] > 200 > first[2]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (None, "name of a film must"),
        ({"name": "../a.gif", "images": [url("red")]}, "name of a film must"),
        ({"name": "a.gif", "images": []}, "at least one picture"),
        ({"name": "a.gif", "images": ["http://example.org/a.webp"]}, "data URLs of WebP"),
        ({"name": "a.gif", "images": [url("red", "png")]}, "data URLs of WebP"),
        ({"name": "a.gif", "images": ["data:image/webp;base64,AAAA"]}, "cannot be read"),
    ],
)
def test_anything_else_is_refused_in_one_line(payload, said):
    with pytest.raises(gr.Error, match=said):
        Reel().preprocess(payload)
