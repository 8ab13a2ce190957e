"""What becomes of a picture that the page opens, and when the person is asked how."""

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from unleash.studio.server.handlers import Handlers


class Studio(Handlers):
    """A studio of the tiny model: 4×4 cells of 8 pixels."""

    def pipeline(self, *_):
        return self.engine


@pytest.fixture
def given(pipe, tmp_path, monkeypatch):
    """Opens a picture of a size: what the page is told, whatever it asked besides."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    studio = Studio({"tiny": "tiny"}, engine=pipe)

    def opened(size, fit="ask", **asked):
        noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        Image.fromarray(noise).save(path := tmp_path / "photo.png")
        event = gr.EventData(None, {"path": str(path), "name": "1", **asked})
        return studio.open_given(fit, "tiny", event).message

    return opened


def test_a_picture_of_another_shape_is_not_cut_unasked(given):
    message = given((400, 300))
    assert (message["kind"], message["name"]) == ("choose", "1")
    assert (message["width"], message["height"]) == (400, 300)
    assert (message["columns"], message["rows"]) == (50, 37)
    assert message["preview"].startswith("data:image/webp")


@pytest.mark.parametrize("size", [(32, 32), (700, 700), (700, 701)])
def test_one_of_the_models_shape_is_opened_at_once(given, size):
    assert given(size)["kind"] == "canvas"


@pytest.mark.parametrize(
    ("asked", "box", "grid"),
    [
        ({"fit": "crop", "crop": [80, 20, 200, 200]}, [80, 20, 280, 220], (4, 4)),
        ({"fit": "crop"}, [50, 0, 350, 300], (4, 4)),
        ({"fit": "whole"}, [0, -50, 400, 350], (4, 4)),
        ({"fit": "shape"}, [0, 2, 400, 298], (37, 50)),
    ],
)
def test_what_the_person_chose_is_done(given, asked, box, grid):
    message = given((400, 300), **asked)
    assert message["kind"] == "canvas"
    assert (len(message["canvas"]["base"]), len(message["canvas"]["base"][0])) == grid
    if asked["fit"] != "shape":  # which has as many pixels as the canvas
        assert message["box"] == pytest.approx(box)


def test_who_always_wants_margins_is_not_asked(given):
    assert given((400, 300), "whole")["box"] == pytest.approx([0, -50, 400, 350])


@pytest.mark.parametrize("crop", [[0, 0, 1], "all", [0, 0, 1.5, 2], [0, 0, True, 2], [0, 0, 500, 2]])
def test_a_crop_that_is_none_is_refused(given, crop):
    with pytest.raises(gr.Error, match="crop"):
        given((400, 300), fit="crop", crop=crop)
