"""Files in and out: pictures, PNGs with their recipe, recipes, and what is none of these."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from unleash import TokenCanvas
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Settings
from unleash.images.recipes import read_recipe, write_png

from .studio import Studio


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A wide picture that its EXIF says to turn, with something to see in it."""
    image = Image.linear_gradient("L").resize((400, 300)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "photo.jpg"
    image.save(path, exif=exif)
    return path


def test_a_photograph_is_encoded_and_shown_beside_its_reconstruction_and_asks_how_to_open(
    studio: Studio, photo: Path
) -> None:
    counts = studio.page.locator(".counts")
    for _ in range(2):  # the same file once more
        studio.open(photo)
        studio.choose_fit()
        expect(studio.page.locator("#given img")).to_be_visible()
        expect(studio.page.locator("#seen img")).to_be_visible()
        expect(counts).to_have_text("0 to fill · 256 kept")
        assert studio.state["picture"]["url"].startswith("data:image/webp")
        studio.page.keyboard.press("Control+z")
        expect(counts).to_have_text("256 to fill · 0 kept")
    studio.set_number("steps", 2)
    studio.generate()

    before = studio.state
    studio.open(photo)
    expect(studio.page.locator("#opening dialog")).to_be_visible()
    studio.page.keyboard.press("Control+z")
    studio.page.keyboard.press("Escape")
    expect(studio.page.locator("#opening dialog")).to_be_hidden()
    assert studio.state == before, "without an answer the canvas stays"

    studio.open(photo)
    expect(studio.page.locator("#opening dialog")).to_be_visible()
    Image.linear_gradient("L").save(square := BytesIO(), "PNG")
    studio.drop("square.png", "image/png", square.getvalue())
    expect(studio.page.locator("#opening dialog")).to_be_hidden()
    expect(studio.page.locator("#header .words")).not_to_contain_text("Opening")
    studio.tool("Mask all")
    studio.generate()  # nothing waits for an answer any more

    studio.tool("New canvas")
    expect(counts).to_have_text("256 to fill · 0 kept")
    studio.open(photo)
    studio.choose_fit("Whole, with margins")
    expect(counts).to_have_text("0 to fill · 256 kept")
    assert Image.open(studio.save().path()).size == (300, 400)


def test_the_part_of_a_picture_that_is_opened_is_chosen_by_mouse_and_keys(
    studio: Studio, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path := tmp_path / "noise.png")
    studio.open(path)
    crop, words = studio.page.locator("#opening .crop"), studio.page.locator("#crop-words")
    expect(words).to_have_text("300×300 pixels at 50, 0")
    expect(crop).to_be_focused()
    for key in ("-", "Shift+_", "ArrowRight", "Shift+ArrowDown"):
        studio.page.keyboard.press(key)
    expect(words).to_have_text("256×256 pixels at 76, 44")
    box = crop.bounding_box()
    pixel = box["width"] / 256
    studio.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    studio.page.mouse.down()
    studio.page.mouse.move(box["x"] + box["width"] / 2 + 1000, box["y"] + box["height"] / 2, steps=3)
    studio.page.mouse.up()
    expect(words).to_have_text("256×256 pixels at 144, 44")
    box = crop.bounding_box()
    studio.page.mouse.move(box["x"] + 5, box["y"] + 5)
    studio.page.mouse.down()
    studio.page.mouse.move(box["x"] + 5 + 56 * pixel, box["y"] + 5, steps=3)
    studio.page.mouse.move(box["x"] + 5 + 128 * pixel, box["y"] + 5 + 128 * pixel, steps=3)
    studio.page.mouse.move(box["x"] - 1000, box["y"] - 1000, steps=3)
    studio.page.mouse.up()
    expect(words).to_have_text("300×300 pixels at 100, 0")
    studio.page.keyboard.press("Enter")
    expect(studio.page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    assert (np.array(Image.open(studio.save().path())) == noise).all(), "saved whole"
    [original] = studio.state["pixels"]["originals"]
    assert original["photo"]["box"] == [100, 0, 400, 300]


def test_what_is_no_picture_is_refused_and_the_canvas_kept(studio: Studio) -> None:
    studio.generate()
    before = studio.state
    studio.open({"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture at all"})
    expect(studio.page.locator(".toast-body")).to_contain_text("notes.png is not a picture")
    assert studio.state == before
    studio.drop("broken.json", "application/json", b'{"version": 1}')
    expect(studio.page.locator(".toast-body").last).to_contain_text("Model: Field required")
    assert studio.state == before


def test_a_saved_png_brings_everything_back(studio: Studio, tmp_path: Path) -> None:
    studio.set_number("steps", 5)
    studio.choose_code(11)
    studio.drag((6, 6), (6, 9))
    studio.generate()
    before, seed = studio.state, studio.page.input_value("#seed input")
    download = studio.save()
    path = tmp_path / download.suggested_filename
    download.save_as(path)
    recipe = read_recipe(path)
    assert str(recipe.settings.seed) == seed
    assert recipe.canvas.pins == {(6, column): 11 for column in range(6, 10)}
    assert Image.open(path).size == (256, 256)

    studio.tool("New canvas")
    studio.tool("Remove all pins")
    studio.set_number("steps", 3)
    studio.set_number("seed", 1)
    studio.drop(path.name, "image/png", path.read_bytes())
    expect(studio.page.locator("#steps input[type=number]")).to_have_value("5")
    expect(studio.page.locator("#seed input")).to_have_value(seed)
    after = studio.state
    for layer in ("base", "masked", "pins", "recipe"):
        assert after[layer] == before[layer]
    assert after["picture"]["codes"] == before["picture"]["codes"]

    studio.tool("New canvas")
    text = json.dumps(before["recipe"]).encode()
    studio.open({"name": "recipe.json", "mimeType": "application/json", "buffer": text})
    expect(studio.page.locator(".results li")).to_have_count(3)
    assert studio.state["base"] == before["base"], "a recipe without a picture opens, too"


def test_a_png_of_other_codes_is_opened_as_a_picture(studio: Studio, photo: Path, tmp_path: Path) -> None:
    canvas = TokenCanvas.blank(16, 16, studio.mask_token + 1)
    recipe = Recipe(model="weights/scenes", settings=Settings(), canvas=canvas)
    write_png(Image.open(photo), recipe, path := tmp_path / "older.png")
    studio.open(path)
    expect(studio.page.locator(".toast-body")).to_contain_text("Opened as a picture: the recipe has 16×16")
    studio.choose_fit()
    expect(studio.page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    before = studio.state
    text = recipe.to_json().encode()
    studio.open({"name": "older.json", "mimeType": "application/json", "buffer": text})
    expect(studio.page.locator(".toast-body").last).to_contain_text(f"and {studio.mask_token + 1} codes")
    assert studio.state == before, "of a recipe alone there is no picture"
