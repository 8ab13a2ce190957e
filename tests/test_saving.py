"""What a save writes: formats, sizes, and pixels of opened pictures; what a project holds of the server."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unleash import Recipe, Settings, TokenCanvas
from unleash.images.photographs import Photograph, Placed
from unleash.images.recipes import read_recipe
from unleash.operations.exporting import Wish, enlarged
from unleash.operations.opening import open_picture
from unleash.studio.server import files
from unleash.studio.server.components.header import mask_in
from unleash.studio.server.data_urls import from_png_url, png_url
from unleash.studio.server.kept_pixels import Pixels

FIXTURES = Path(__file__).parent / "fixtures" / "pictures"
WHOLE = TokenCanvas.from_codes(np.arange(16).reshape(4, 4), 16)
RECIPE = Recipe(model="tiny", canvas=WHOLE, settings=Settings(seed=4), codes=WHOLE.codes.tolist())
NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8))


def saved(pipe, wish=None, pixels=None, recipe=RECIPE):
    message = files.save(pipe, recipe, pixels, wish)
    return Path(message["file"]["path"]), message["said"]


def test_a_png_twice_as_large_opens_with_its_recipe(pipe):
    path, said = saved(pipe, Wish("png", 2))
    assert (Image.open(path).size, path.name) == ((64, 64), "unleash-picture-4-2x.png")
    assert said == "Saved at 64×64 pixels, enlarged by Lanczos."
    assert read_recipe(path) == RECIPE
    opened = open_picture(pipe, "tiny", path)
    assert (opened.canvas, opened.drawn) == (WHOLE, True)


def test_a_model_with_a_large_decoder_draws_large_files():
    def draw(detail):
        return Image.new("RGB", {"full": (8, 4), "large": (16, 8)}[detail])

    for scale, details, size, how in (
        (1, ("full", "large"), (8, 4), ""),
        (2, ("full", "large"), (16, 8), "drawn by the model's large decoder"),
        (4, ("full", "large"), (32, 16), "drawn by the model's large decoder and enlarged 2× (Lanczos)"),
        (4, ("full",), (32, 16), "enlarged by Lanczos"),
    ):
        image, told = enlarged(draw, details, scale)
        assert (image.size, told) == (size, how)


def test_a_jpeg_shows_the_same(pipe):
    path, said = saved(pipe, Wish("jpeg", 1))
    with Image.open(path) as image:
        assert (image.format, image.size, path.suffix) == ("JPEG", (32, 32), ".jpg")
        assert np.abs(np.array(image, int) - np.array(pipe.render(WHOLE), int)).mean() < 3
    assert said == "Saved at 32×32 pixels."


def test_what_is_not_finished_is_saved_with_holes_at_any_size_but_not_as_jpeg(pipe):
    codes = WHOLE.codes.copy()
    codes[0, 0] = 16
    begun = Recipe(model="tiny", canvas=TokenCanvas.from_codes(codes, 16))
    path, _ = saved(pipe, Wish("png", 4), recipe=begun)
    alpha = np.array(Image.open(path).getchannel("A"))
    assert alpha.shape == (128, 128)
    assert not alpha[:32, :32].any()
    assert alpha[32:].all()
    with pytest.raises(ValueError, match="save it as PNG"):
        files.save(pipe, begun, None, Wish("jpeg"))


def kept(path=None):
    mask = np.zeros((32, 32), np.uint8)
    mask[8:16, 8:16] = 255
    photographs = []
    if path is not None:
        photographs.append(Placed(Photograph(path, (50.0, 0.0, 350.0, 300.0)), (0, 0, 32, 32)))
    return Pixels(NOISE.crop((50, 0, 350, 300)).resize((32, 32)), Image.fromarray(mask), photographs)


@pytest.mark.parametrize("wish", [Wish(), Wish("png", 4), Wish("jpeg")])
def test_what_was_painted_over_a_photograph_is_saved_at_its_size(pipe, tmp_path, wish):
    NOISE.save(tmp_path / "photo.png")
    path, said = saved(pipe, wish, kept(tmp_path / "photo.png"))
    image = Image.open(path)
    assert image.size == (400, 300)
    assert said == "Saved at 400×300 pixels, as large as the picture you opened."
    if wish.format == "png":
        touched = (np.array(image, int) != np.array(NOISE, int)).any(axis=-1)
        assert touched[80:145, 130:195].mean() > 0.98
        touched[60:165, 110:215] = False
        assert not touched.any()
        opened = open_picture(pipe, "tiny", path)
        assert (opened.canvas, opened.changed) == (WHOLE, False)
        assert opened.photograph is not None


def test_kept_pixels_are_enlarged_where_there_is_no_photograph(pipe):
    path, said = saved(pipe, Wish("png", 2), kept())
    assert (Image.open(path).size, said) == ((64, 64), "Saved at 64×64 pixels, enlarged by Lanczos.")


def test_a_photograph_that_was_extended_keeps_its_resolution(pipe, tmp_path):
    NOISE.save(tmp_path / "photo.png")
    wide = TokenCanvas.from_codes(np.arange(24).reshape(4, 6) % 16, 16)
    recipe = Recipe(model="tiny", canvas=wide, codes=wide.codes.tolist())
    paper, mask = Image.new("RGB", (48, 32)), np.zeros((32, 48), np.uint8)
    mask[:, :16] = 255  # two columns on the left of the photograph
    place = (16, 0, 48, 32)
    placed = Placed(Photograph(tmp_path / "photo.png", (50.0, 0.0, 350.0, 300.0)), place)
    path, said = saved(pipe, None, Pixels(paper, Image.fromarray(mask), [placed]), recipe)
    assert said == "Saved at 450×300 pixels, at the resolution of the picture you opened."
    image = Image.open(path).convert("RGB")
    assert (np.array(image)[:, 170:] == np.array(NOISE)[:, 70:350]).all()
    assert np.array(image)[:, :140].std() > 0, "what was made is there"
    opened = open_picture(pipe, "tiny", path)
    assert (opened.canvas, opened.changed) == (wide, False)
    assert opened.photograph is not None, "and can be gone on with at this resolution"


@pytest.mark.parametrize(
    "photo",
    [
        {"place": [0, 0, 33, 32]},
        {"place": [0, 0, 0, 32]},
        {"place": None},
        {"place": [0, 0, 32, 32], "path": "/etc/passwd"},
        7,
    ],
)
def test_photographs_that_are_none_are_refused(uploads, photo):
    NOISE.save(uploads / "photo.png")
    given = {"path": str(uploads / "photo.png"), "box": [0, 0, 400, 300], **photo} if photo != 7 else photo
    sheet = png_url(Image.new("RGB", (32, 32)))
    with pytest.raises(ValueError, match=r"beyond the canvas|a box must be|was not uploaded"):
        Pixels.from_dict({"original": sheet, "mask": sheet, "photos": [given]})


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        "png",
        {"format": "gif", "scale": 1},
        {"format": "png", "scale": 3},
        {"format": "png", "scale": True},
    ],
)
def test_a_wish_that_is_none_is_refused(data):
    with pytest.raises(ValueError, match=r"the (format|scale) must be"):
        Wish.from_dict(data)


# -- masks in files --------------------------------------------------------------------------------


@pytest.fixture
def uploads(tmp_path, monkeypatch):
    """The folder of what pages upload."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "share"),
    [("mask16dark.png", 0.25), ("mask16soft.png", 0.5), ("m_rgba_onepixel254.png", 0.25)],
)
def test_the_page_reads_a_mask_as_the_command_does(uploads, name, share):
    (uploads / name).write_bytes((FIXTURES / name).read_bytes())
    answer = mask_in({"path": str(uploads / name), "width": 256, "height": 256})
    assert (np.array(from_png_url(answer["url"])) > 127).mean() == pytest.approx(share, abs=0.005)
    wide = mask_in({"path": str(uploads / name), "width": 64, "height": 32})
    assert from_png_url(wide["url"]).size == (64, 32)


@pytest.mark.parametrize(
    ("box", "share"),
    [([200, 0, 400, 200], 1.0), ([0, 0, 200, 200], 0.0), ([0, -100, 400, 300], 0.25), (None, 0.5)],
)
def test_a_mask_of_a_photograph_is_cut_as_the_photograph_was(uploads, box, share):
    mask = Image.new("L", (400, 200))
    mask.paste(255, (200, 0, 400, 200))
    mask.save(uploads / "mask.png")
    asked = {"path": str(uploads / "mask.png"), "width": 32, "height": 32}
    photo = box and {"size": [400, 200], "box": box}
    url = mask_in(asked | {"photo": photo})["url"]
    assert (np.array(from_png_url(url)) > 127).mean() == pytest.approx(share, abs=0.02)
    other = mask_in(asked | {"photo": photo and photo | {"size": [40, 20]}})["url"]
    assert (np.array(from_png_url(other)) > 127).mean() == pytest.approx(0.5)
    for wrong in ([0, 0, 0, 0], [-(10**8), 0, 10**8, 10], "all"):
        error = mask_in(asked | {"photo": {"size": [400, 200], "box": wrong}})["error"]
        assert "\n" not in error


def test_a_mask_that_cannot_be_read_is_refused_in_a_line(uploads):
    Image.new("L", (20, 20)).save(uploads / "black.png")
    (uploads / "text.png").write_text("no picture")
    whole = {"width": 32, "height": 32}
    for asked, complaint in (
        ({"path": str(uploads / "black.png"), **whole}, "black.png is empty"),
        ({"path": str(uploads / "text.png"), **whole}, "text.png is not a picture"),
        ({"path": "/etc/passwd", **whole}, "was not uploaded"),
        ({"path": str(uploads / "black.png"), "width": 10**9, "height": 1}, "invalid size"),
        (None, "was not uploaded"),
    ):
        error = mask_in(asked)["error"]
        assert complaint in error
        assert "\n" not in error
