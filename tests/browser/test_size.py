"""Larger canvases, two pictures in one, and pictures whose own pixels stay around what is painted."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from unleash.images.recipes import read_recipe

from .studio import Studio

CELL = 16


@pytest.fixture
def sizes(studio: Studio) -> Studio:
    """A studio with the tab "Size" open, and runs as short as they get."""
    studio.set_number("steps", 2)
    studio.page.get_by_role("tab", name="Size").click()
    return studio


def noise(width: int, height: int) -> Image.Image:
    """A picture of which no two pixels are alike, so that any that is drawn anew is seen to be."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def png(image: Image.Image, name: str = "photo.png") -> dict[str, Any]:
    data = BytesIO()
    image.save(data, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": data.getvalue()}


def at(studio: Studio, x: float, y: float) -> tuple[float, float]:
    """Where a pixel of a square picture is on the page."""
    box, side = studio.surface.bounding_box(), studio.state["width"] * CELL
    return box["x"] + x / side * box["width"], box["y"] + y / side * box["height"]


def new_canvas(studio: Studio, columns: int, rows: int) -> None:
    studio.page.locator("#sizes .columns").fill(str(columns))
    studio.page.locator("#sizes .rows").fill(str(rows))
    studio.page.locator("#sizes .new button").click()


def grid(layer: list[Any], width: int) -> np.ndarray:
    return np.array(layer).reshape(-1, width)


def saved(studio: Studio) -> Image.Image:
    return Image.open(BytesIO(Path(studio.save().path()).read_bytes()))


def touched(painted: np.ndarray) -> set[tuple[int, int]]:
    """The cells with a pixel that is painted more than half."""
    rows, columns = np.nonzero(painted > 127)
    return set(zip((rows // CELL).tolist(), (columns // CELL).tolist(), strict=True))


def test_a_picture_is_extended_and_a_new_canvas_of_24_by_32_survives_a_reload(sizes: Studio) -> None:
    sizes.generate()
    before = grid(sizes.state["base"], 16)
    sizes.page.get_by_label("Extend by").fill("4")
    sizes.page.get_by_role("button", name="Extend right").click()
    expect(sizes.page.locator(".counts")).to_have_text("64 to fill · 256 kept")
    expect(sizes.words).to_contain_text("for 20×16 cells")
    sizes.generate()
    after = grid(sizes.state["base"], 20)
    assert (after[:, :16] == before).all()
    assert (after[:, 16:] < sizes.mask_token).all()
    assert saved(sizes).size == (320, 256)
    for _ in range(2):
        sizes.page.keyboard.press("Control+z")
    assert sizes.state["width"] == 16, "undo brings the smaller picture back"
    assert (grid(sizes.state["base"], 16) == before).all()

    new_canvas(sizes, 32, 24)
    expect(sizes.page.locator("#sizes .pixels")).to_have_text("512 × 384 px")
    expect(sizes.page.locator(".counts")).to_have_text("768 to fill · 0 kept")
    sizes.generate()
    large = sizes.state
    assert (large["height"], large["width"]) == (24, 32)
    assert max(large["base"]) < sizes.mask_token
    sizes.page.reload()
    sizes.page.wait_for_selector("[data-ready]")
    assert sizes.state == large


def test_two_pictures_are_stitched_and_the_seam_is_as_wide_as_the_slider_says(sizes: Studio) -> None:
    sizes.generate()
    first = grid(sizes.state["base"], 16)
    sizes.tool("Mask all")
    sizes.generate()
    second = grid(sizes.state["base"], 16)
    sizes.page.locator("#sizes .seconds .shown").last.click()
    expect(sizes.page.locator(".counts")).to_have_text("64 to fill · 448 kept")
    seam = sizes.page.locator("#sizes .seam")
    seam.fill("6")
    assert {column for _, column in sizes.masked} == set(range(13, 19))
    sizes.page.keyboard.press("Control+z")
    assert {column for _, column in sizes.masked} == set(range(14, 18))
    sizes.generate()
    after = grid(sizes.state["base"], 32)
    assert (after[:, :14] == second[:, :14]).all()
    assert (after[:, 18:] == first[:, 2:]).all()
    assert saved(sizes).size == (512, 256)


def test_a_file_is_stitched_below_and_keeps_its_pixels(sizes: Studio) -> None:
    sizes.generate()
    sizes.page.get_by_label("One above the other").check()
    photo = noise(256, 256)
    sizes.page.locator("#sizes .second-file").set_input_files(png(photo))
    expect(sizes.page.locator(".counts")).to_have_text("64 to fill · 448 kept")
    sizes.generate()
    made = np.array(saved(sizes).convert("RGB"))
    assert made.shape == (512, 256, 3)
    assert (made[320:] == np.array(photo)[64:]).all()


def test_the_soft_brush_masks_the_touched_cells_and_keeps_all_other_pixels(sizes: Studio) -> None:
    photo = noise(256, 256)
    sizes.open(png(photo))
    expect(sizes.page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    sizes.page.keyboard.press("s")
    sizes.page.locator("#options .brush-size").fill("40")
    sizes.page.mouse.move(*at(sizes, 70, 80))
    sizes.page.mouse.down()
    sizes.page.mouse.move(*at(sizes, 150, 90), steps=4)
    sizes.page.mouse.up()
    mask = np.array(Image.open(sizes.save_mask().path()).convert("L"))
    assert sizes.masked == touched(mask)
    sizes.generate()
    image = saved(sizes)
    assert image.mode == "RGB"
    changed = (np.array(image) != np.array(photo)).any(axis=2)
    [layer] = sizes.state["pixels"]["layers"]
    assert len(layer["soft"]["url"]) < 3000, "what is kept of the stroke is small"
    assert changed[mask == 255].mean() > 0.9
    assert not changed[mask == 0].any()


def test_pixels_are_kept_through_a_reload_and_a_file_and_drawn_anew_when_asked(
    sizes: Studio, tmp_path: Path
) -> None:
    photo = noise(256, 256)
    sizes.open(png(photo))
    expect(sizes.page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    sizes.tool("Rectangle")
    sizes.drag((4, 4), (9, 9))
    sizes.generate()
    sizes.page.reload()
    sizes.page.wait_for_selector("#palette [data-word]")
    path = tmp_path / "kept.png"
    sizes.save().save_as(path)
    assert read_recipe(path).codes is not None
    kept = np.array(Image.open(path))
    far = np.ones((256, 256), dtype=bool)
    far[56:168, 56:168] = False  # the rectangle, and half a cell around it
    assert (kept[far] == np.array(photo)[far]).all()
    assert (kept[64:160, 64:160] != np.array(photo)[64:160, 64:160]).any(axis=2).mean() > 0.9
    sizes.page.get_by_label("Keep unmasked pixels").uncheck()
    assert (np.array(saved(sizes))[far] != np.array(photo)[far]).any(axis=1).mean() > 0.9

    sizes.page.get_by_label("Keep unmasked pixels").check()
    sizes.tool("New canvas")
    sizes.open(path)
    expect(sizes.page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    assert (np.array(saved(sizes)) == kept).all()


def test_a_mask_of_any_size_is_loaded_and_alt_erases(sizes: Studio) -> None:
    sizes.generate()
    mask = Image.new("L", (512, 512))
    mask.paste(255, (64, 64, 192, 96))  # rows 2 of columns 2 to 5
    sizes.page.locator("#options .mask-file").set_input_files(png(mask, "mask.png"))
    expect(sizes.page.locator(".counts")).to_have_text("4 to fill · 252 kept")
    wanted = {(2, column) for column in range(2, 6)}
    assert sizes.masked == wanted
    again = np.array(Image.open(sizes.save_mask().path()).convert("L").resize((512, 512)))
    assert touched(again[::2, ::2]) == wanted
    sizes.page.keyboard.press("s")
    sizes.page.locator("#options .brush-size").fill("60")
    sizes.page.keyboard.down("Alt")
    sizes.page.mouse.click(*at(sizes, 40, 40))
    sizes.page.keyboard.up("Alt")
    assert (2, 2) not in sizes.masked
    assert (2, 5) in sizes.masked
    sizes.page.keyboard.press("Control+z")
    assert sizes.masked == wanted


def test_an_extended_photograph_is_saved_at_its_own_resolution(sizes: Studio) -> None:
    photo = noise(600, 600)
    sizes.open(png(photo))
    expect(sizes.page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    sizes.page.keyboard.press("b")
    sizes.click(8, 2)
    expect(sizes.page.locator(".counts")).to_have_text("4 to fill · 252 kept")
    sizes.page.get_by_label("Extend by").fill("4")
    sizes.page.get_by_role("button", name="Extend right").click()
    expect(sizes.page.locator(".counts")).to_have_text("64 to fill · 4 after that · 252 kept")
    sizes.generate()
    expect(sizes.page.locator(".counts")).to_have_text("4 to fill · 316 kept")
    sizes.tool("Clear mask")
    made = np.array(saved(sizes).convert("RGB"))
    assert made.shape == (600, 750, 3)
    assert (made[:, :560] == np.array(photo)[:, :560]).all(), "but for the half cell that fades"
    assert made[:, 640:].std() > 0


def test_a_picture_opens_in_its_own_shape(sizes: Studio) -> None:
    photo = noise(400, 290)
    sizes.open(png(photo))
    sizes.choose_fit("In its own shape")
    expect(sizes.page.locator(".counts")).to_have_text("0 to fill · 450 kept")
    kept = np.array(saved(sizes))
    assert (kept == np.array(photo)).all(), "also the rows that are on no cell"
