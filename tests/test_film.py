"""A run as a GIF."""

from io import BytesIO

import pytest
from PIL import Image
from typer.testing import CliRunner

from unleash.cli import app
from unleash.images import animation as film


def plain(*colors, size=(8, 8)):
    return [Image.new("RGB", size, color) for color in colors]


def times(data):
    image = Image.open(BytesIO(data))
    found = []
    for i in range(image.n_frames):
        image.seek(i)
        found.append(image.info["duration"])
    return found


def test_every_picture_is_a_frame_and_the_last_stays():
    data = film.gif(plain("red", "lime", "blue"), step=100, hold=900)
    assert times(data) == [100, 100, 900]
    assert Image.open(BytesIO(data)).info["loop"] == 0


def test_the_last_frame_is_the_finished_picture(pipe):
    steps = list(pipe.stream(num_inference_steps=4))
    image = Image.open(BytesIO(film.gif(step.image for step in steps)))
    assert image.size == steps[-1].image.size
    assert sum(times(film.gif(step.image for step in steps))) == 3 * film.STEP + film.HOLD


@pytest.mark.parametrize(
    ("images", "options", "complaint"),
    [
        ([], {}, "at least one picture"),
        (plain("red") + plain("red", size=(4, 5)), {}, "same aspect ratio"),
        (plain("red"), {"step": 5}, "at least 20"),
    ],
)
def test_refuses(images, options, complaint):
    with pytest.raises(ValueError, match=complaint):
        film.gif(images, **options)


@pytest.fixture(scope="module")
def model(pipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("film") / "model"
    pipe.save_pretrained(folder)
    return str(folder)


def generate(*arguments):
    return CliRunner().invoke(app, ["generate", *map(str, arguments)])


def test_generate_writes_a_film_too(model, tmp_path):
    out, reel = tmp_path / "a.png", tmp_path / "reels" / "a.gif"
    result = generate("--model", model, "--steps", 4, "--out", out, "--film", reel)
    assert result.exit_code == 0, result.stderr
    assert out.exists()
    assert sum(times(reel.read_bytes())) == 3 * film.STEP + film.HOLD


@pytest.mark.parametrize("arguments", [("--film", "a.mp4"), ("--film", "a.gif", "--count", "2")])
def test_generate_refuses_a_film_it_cannot_make(model, tmp_path, arguments):
    result = generate("--model", model, "--out", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert "--film" in result.stderr
    assert not list(tmp_path.iterdir())
