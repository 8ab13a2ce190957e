import json
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from unleash.canvas.bounds import MAX_TEXT
from unleash.canvas.document import TokenCanvas, rectangle
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import RecipeError, Settings
from unleash.images.recipes import read_recipe, read_stamp, write_png

CANVAS = TokenCanvas.from_codes(np.arange(12).reshape(3, 4), 16).mask(rectangle(0, 0, 2, 2)).pin((0, 0), 15)
CODES = np.where(CANVAS.unknown, 14, CANVAS.codes)
RECIPE = Recipe(
    model="weights/scenes",
    canvas=CANVAS,
    settings=Settings(steps=7, reveal_order="entropy", top_k=40, label="église – nuit ☾", seed=2**53 - 1),
    codes=CODES,
)


def png(recipe=RECIPE):
    buffer = BytesIO()
    write_png(Image.new("RGB", (64, 48), "teal"), recipe, buffer)
    return buffer.getvalue()


def changed(**fields):
    return json.dumps({**json.loads(RECIPE.to_json()), **fields})


# -- there and back --------------------------------------------------------------------------------


def test_defaults():
    recipe = Recipe(model="weights/scenes", canvas=CANVAS)
    assert recipe.settings == Settings()
    assert (recipe.version, recipe.codes, recipe.result) == (4, None, None)
    assert recipe.settings.model_dump() == {
        "steps": 16,
        "reveal_order": "halton",
        "schedule": "cosine",
        "temperature": 1.0,
        "top_k": None,
        "top_p": None,
        "label": None,
        "prompt": None,
        "negative_prompt": None,
        "regions": (),
        "guidance_scale": 1.0,
        "guidance_start": 1.0,
        "guidance_end": 0.0,
        "correction": 0.0,
        "correction_order": "oldest",
        "choice_temperature": 4.5,
        "moment_exponent": 2.0,
        "reuse": 1,
        "detail": "full",
        "seed": 0,
    }


def test_arguments_of_settings_are_deprecated_in_favour_of_whole_settings():
    with pytest.warns(DeprecationWarning, match=r"use settings="):
        assert Settings(steps=3).arguments == Settings(steps=3).model_dump()


def test_json_round_trip():
    again = Recipe.from_json(RECIPE.to_json())
    assert again == RECIPE
    assert hash(again) == hash(RECIPE)
    assert again.canvas == CANVAS
    assert again.result == CANVAS.filled(CODES)
    assert Recipe.from_json(RECIPE.to_json().encode()) == RECIPE


cells = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)))


@settings(max_examples=50, deadline=None)
@given(
    st.builds(
        Settings,
        steps=st.integers(1, 4096),
        reveal_order=st.sampled_from(["random", "confidence", "halton", "entropy", "raster"]),
        schedule=st.sampled_from(["linear", "cosine", "arccos", "information"]),
        temperature=st.just(0.0) | st.floats(1e-3, 100),
        top_k=st.none() | st.integers(1, 2**16),
        top_p=st.none() | st.floats(0, 1, exclude_min=True),
        label=st.none() | st.text(min_size=1, max_size=200),
        guidance_scale=st.floats(0, 100),
        guidance_start=st.floats(0.5, 1),
        guidance_end=st.floats(0, 0.5),
        correction=st.floats(0, 0.5),
        correction_order=st.sampled_from(["oldest", "confidence"]),
        detail=st.sampled_from(["full", "large"]),
        seed=st.integers(0, 2**53 - 1),
    ),
    st.text(min_size=1, max_size=50),
    cells,
    cells,
    st.booleans(),
)
def test_any_recipe_survives_json_and_png(chosen, model, masked, pinned, ran):
    canvas = CANVAS.mask(masked).pin(pinned, 3)
    codes = np.where(canvas.unknown, 9, canvas.codes) if ran else None
    recipe = Recipe(model=model, canvas=canvas, settings=chosen, codes=codes)
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert read_recipe(png(recipe)) == recipe


def test_a_recipe_is_read_from_a_file_of_either_kind(tmp_path):
    picture, text = tmp_path / "picture.png", tmp_path / "recipe.json"
    write_png(Image.new("RGB", (8, 8)), RECIPE, picture)
    text.write_text(RECIPE.to_json(), encoding="utf-8")
    assert read_recipe(picture) == read_recipe(str(text)) == RECIPE
    assert read_recipe(b"\xef\xbb\xbf" + text.read_bytes()) == RECIPE
    with Image.open(picture) as image:
        assert image.format == "PNG"
        assert image.size == (8, 8)


def test_a_large_recipe_fits():
    everywhere = rectangle(0, 0, 64, 64)
    canvas = TokenCanvas.blank(64, 64).mask(everywhere).pin(everywhere, 1023)
    recipe = Recipe(model="m", canvas=canvas, codes=canvas.codes)
    assert len(recipe.to_json()) < MAX_TEXT / 5
    assert read_recipe(png(recipe)) == recipe


def test_a_recipe_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        RECIPE.settings.steps = 3
    with pytest.raises(ValueError, match="frozen"):
        RECIPE.model = "other"


# -- bad settings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("steps", 0, "steps: input should be greater than or equal to 1, not 0"),
        ("steps", 10**9, "steps: .*less than or equal to 4096, not 1000000000"),
        ("steps", 2.5, "steps: .*integer"),
        ("reveal_order", "spiral", "reveal_order: input should be 'random', 'confidence'.*, not 'spiral'"),
        (
            "schedule",
            "sine",
            "schedule: input should be 'linear', 'cosine', 'arccos' or 'information', not 'sine'",
        ),
        ("temperature", -1, "temperature: .*greater than or equal to 0, not -1"),
        ("temperature", 5e-324, "temperature: 0, or 0.001 to 100, not 4.94066e-324"),
        ("temperature", 100.1, "temperature: .*less than or equal to 100, not 100.1"),
        ("temperature", float("nan"), "temperature: .*finite"),
        ("temperature", float("inf"), "temperature: .*finite"),
        ("top_k", 0, "top_k: "),
        ("top_p", 0, "top_p: .*greater than 0"),
        ("top_p", 1.1, "top_p: .*less than or equal to 1"),
        ("correction", -0.1, "correction: .*greater than or equal to 0"),
        ("correction", 0.6, "correction: .*less than or equal to 0.5"),
        ("correction_order", "newest", "correction_order: .*'oldest' or 'confidence', not 'newest'"),
        ("guidance_start", -0.1, "guidance_start: .*greater than or equal to 0"),
        ("guidance_end", 1.1, "guidance_end: .*less than or equal to 1"),
        ("guidance_start", float("nan"), "guidance_start: .*finite"),
        ("detail", "huge", "detail: .*'full' or 'large', not 'huge'"),
        ("label", "", "label: "),
        ("guidance_scale", -0.1, "guidance_scale: "),
        ("guidance_scale", 1e308, r"guidance_scale: .*less than or equal to 100, not 1e\+308"),
        ("top_k", 10**30, "top_k: .*less than or equal to 65536"),
        ("seed", -1, "seed: .*greater than or equal to 0"),
        ("seed", 2**53, "seed: "),
        ("colour", "red", "colour: .*not permitted"),
    ],
)
def test_a_bad_setting_is_refused_in_one_line(field, value, message):
    with pytest.raises(RecipeError, match=f"^{message}") as caught:
        Settings(**{field: value})
    assert "\n" not in str(caught.value)


def test_guidance_cannot_end_before_it_begins():
    with pytest.raises(RecipeError, match=r"^guidance_end must be at most guidance_start, 0\.3, not 0\.5$"):
        Settings(guidance_start=0.3, guidance_end=0.5)


# -- bad recipes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ('{"version": 1, "x": NaN}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", r"a recipe or canvas must be a JSON object, not \[\]"),
        ("{}", "this JSON is not a recipe; expected"),
        (changed(version=5), "recipe version 5 is not supported; this app reads versions 1 to 4"),
        (changed(version="1"), "recipe version '1' is not supported"),
        (changed(version="x" * 1000), "recipe version 'x+.*x+' is not supported"),
        ('{"version": 1}', "model: field required"),
        (changed(model=""), "model: "),
        (changed(model=3), "model: "),
        (changed(author="me"), "author: "),
        (changed(self=1, cls=2), "(self|cls): "),
        (changed(settings={"steps": 0}), "settings: steps: .*, not 0"),
        (changed(settings=[]), "settings: "),
        (changed(canvas=None), "canvas: a canvas must be an object"),
        (changed(canvas=CANVAS.to_dict() | {"pins": [[3, 0, 1]]}), r"canvas: cell \(3, 0\) is off the grid"),
        (changed(canvas=CANVAS.to_dict() | {"pins": [[0, 0, 16]]}), "canvas: code 16 is not in the codebook"),
        (changed(codes=CODES.tolist()[:2]), "the codes are 2×4, the canvas 3×4"),
        (changed(codes=(CODES + 2).tolist()), r"the codes must be 0 to 15, .* not 17 at cell \(0, 0\)"),
        (changed(codes=(CODES * 0).tolist()), r"cell \(0, 0\) is pinned at code 15 and cannot become 0"),
        (changed(codes=CANVAS.codes.tolist()), "was not filled"),
        (changed(codes=[[1, 2], [3]]), "rows of equal length"),
        (changed(codes=[[10**30]]), "the codes"),
        (changed(codes=[]), "the codes"),
        (changed(codes="many"), "codes: "),
        (" " * MAX_TEXT + "{}", "at most 1,048,576 characters"),
    ],
)
def test_a_bad_recipe_is_refused_in_one_line(text, message):
    with pytest.raises(RecipeError, match=f"(?i){message}") as caught:
        read_recipe(text.encode())
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


# -- bad files -------------------------------------------------------------------------------------


def chunk(kind, data):
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def header(width, height):
    return chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00")


def handmade(*chunks, size=(8, 8)):
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 200))
    return b"\x89PNG\r\n\x1a\n" + header(*size) + b"".join(chunks) + pixels + chunk(b"IEND", b"")


def plain(kind):
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, format=kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (plain("PNG"), "this PNG contains no recipe .*; use one made by Unleash"),
        (plain("JPEG"), "this file is not a recipe; expected JSON or a PNG made by Unleash"),
        (plain("PNG")[:20], "the PNG cannot be read"),
        (b"\x89PNG\r\n\x1a\n", "the PNG cannot be read"),
        (handmade(chunk(b"tEXt", b"unleash\0not json")), "not JSON"),
        (handmade(chunk(b"tEXt", b"unleash\0" + b" " * 2 * MAX_TEXT)), "at most 1,048,576"),
        (handmade(chunk(b"zTXt", b"unleash\0\0" + zlib.compress(b" " * 2**23))), "the PNG cannot be read"),
        (
            handmade(chunk(b"iTXt", b"unleash\0\1\0\0\0" + zlib.compress(b" " * 2**23))),
            "the PNG cannot be read",
        ),
        (handmade(size=(2**30, 2**30)), "this PNG contains no recipe"),
    ],
    ids=["no chunk", "jpeg", "cut", "signature", "no json", "long", "bomb zTXt", "bomb iTXt", "bomb pixels"],
)
def test_a_bad_file_is_refused_in_one_line(data, message):
    with pytest.raises(RecipeError, match=message) as caught:
        read_recipe(data)
    assert "\n" not in str(caught.value)


def test_a_handmade_png_is_read():
    assert read_recipe(handmade(chunk(b"iTXt", b"unleash\0\0\0\0\0" + RECIPE.to_json().encode()))) == RECIPE


@pytest.mark.parametrize(
    "stamp", ["[" * 1000, "[" * 500 + "]" * 500, "1", "[]", '{"sha256": "a", "box": [[1]]}']
)
def test_a_picture_with_a_damaged_stamp_has_none(tmp_path, stamp):
    (tmp_path / "a.png").write_bytes(handmade(chunk(b"tEXt", b"unleash-pixels\0" + stamp.encode())))
    assert read_stamp(tmp_path / "a.png") is None


def test_a_missing_or_huge_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(RecipeError, match=r"none\.json cannot be read: No such file"):
        read_recipe(tmp_path / "none.json")
    with pytest.raises(RecipeError, match="cannot be read: Is a directory"):
        read_recipe(tmp_path)
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(RecipeError, match="at most 1,048,576 characters"):
        read_recipe(tmp_path / "huge")


def test_a_recipe_is_read_out_of_a_png_of_any_size(tmp_path):
    """A large picture has more than 64 MB; of its pixels none are read."""
    path, good = tmp_path / "large.png", png()
    end = good.index(b"IEND") - 4
    with path.open("wb") as file:
        file.write(good[:end])
        for _ in range(3):
            file.write((2**25).to_bytes(4, "big") + b"IDAT")
            file.seek(2**25 + 4, 1)
        file.write(good[end:])
    assert path.stat().st_size > 2**26
    assert read_recipe(path) == RECIPE


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_broken_png_gives_the_recipe_or_one_line(data):
    good = png()
    broken = bytearray(good)
    for at in data.draw(st.lists(st.integers(8, len(good) - 1), min_size=1, max_size=4)):
        broken[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(8, len(good)))
    try:
        outcome = read_recipe(bytes(broken[:cut]))
    except RecipeError as error:
        outcome = str(error)
    assert isinstance(outcome, Recipe) or "\n" not in outcome


def test_the_chunk_is_named_unleash():
    with Image.open(BytesIO(png())) as image:
        assert isinstance(image, PngImagePlugin.PngImageFile)
        assert Recipe.from_json(image.text["unleash"]) == RECIPE
