"""The studio for programs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from unleash.canvas.document import TokenCanvas
from unleash.canvas.recipe import Recipe
from unleash.images.recipes import read_recipe

ENDPOINTS = {
    *("generate", "edit", "inpaint", "vary", "relight", "blend", "extend", "stitch"),
    *("inspect", "inspect_cell", "encode", "decode", "codebook", "models"),
}
Call = Callable[..., Any]
OTHER = json.dumps(TokenCanvas.blank(2, 2, 2**16).to_dict())
LONG = json.dumps(json.loads(OTHER) | {"base": [[0] * 10**5]})
HUGE = json.dumps({"version": 3, "model": "m", "canvas": json.loads(OTHER) | {"codebook_size": 2**31 - 1}})


@pytest.fixture(scope="module")
def client(url: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


@pytest.fixture(scope="module")
def call(client: Client) -> Call:
    """Calls an endpoint by name; of what paints, in few steps."""

    def call(name: str, **given: Any) -> Any:
        files = {
            key: handle_file(value) if isinstance(value, Path) else value for key, value in given.items()
        }
        return client.predict(**files, api_name=f"/{name}")

    return call


@pytest.fixture(scope="module")
def made(call: Call) -> tuple[Path, Recipe]:
    """A picture of the studio and its recipe."""
    path, recipe = call("generate", label="church-day", steps=4, seed=7)
    return Path(path), Recipe.from_json(recipe)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture that no model made, of the model's size."""
    path = tmp_path_factory.mktemp("photos") / "photo.png"
    gradient = Image.linear_gradient("L").convert("RGB")
    Image.merge("RGB", [*gradient.split()[:2], Image.radial_gradient("L")]).save(path)
    return path


@pytest.fixture(scope="module")
def mask(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """White in the upper left quarter."""
    path = tmp_path_factory.mktemp("masks") / "mask.png"
    image = Image.new("L", (256, 256))
    image.paste(255, (0, 0, 128, 128))
    image.save(path)
    return path


def result(recipe: str) -> np.ndarray:
    filled = Recipe.from_json(recipe).result
    assert filled is not None
    return filled.codes


def upper_left() -> np.ndarray:
    where = np.zeros((16, 16), dtype=bool)
    where[:8, :8] = True
    return where


def test_only_the_endpoints_for_programs_are_named_and_all_say_what_they_take(client: Client) -> None:
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert {name.removeprefix("/") for name in endpoints} == ENDPOINTS
    for name, endpoint in endpoints.items():
        assert endpoint["description"], name
        for value in (*endpoint["parameters"], *endpoint["returns"]):
            assert value["python_type"]["description"], (name, value["label"])
            assert value["python_type"]["type"] != "Any", (name, value["label"])
    steps, order = endpoints["/generate"]["parameters"][:2]
    assert steps["type"]["minimum"] == 1
    assert "halton" in order["type"]["enum"]


def test_generate_gives_a_picture_and_its_recipe_makes_it_again(
    call: Call, made: tuple[Path, Recipe]
) -> None:
    path, recipe = made
    assert recipe.settings.seed == 7
    assert recipe.settings.label == "church-day"
    assert read_recipe(path) == recipe
    _, again = call("generate", recipe=recipe.to_json())
    assert Recipe.from_json(again).codes == recipe.codes


def test_edit_repaints_what_it_is_told_to_and_nothing_else(
    call: Call, made: tuple[Path, Recipe], mask: Path
) -> None:
    path, recipe = made
    before = np.array(recipe.codes)
    rules = [{"cells": [[12, 12]], "codes": [3, 4], "allowed": True, "strength": 1.0}]
    picture, edited = call(
        "edit", image=path, mask=mask, cells=[[12, 12]], pins=[[15, 15, 5]], rules=rules, steps=3, seed=1
    )
    after = result(edited)
    assert after[15, 15] == 5
    assert after[12, 12] in (3, 4)
    free = upper_left()
    assert (after != before)[free].any()
    free[15, 15] = free[12, 12] = True
    assert (after == before)[~free].all()
    assert read_recipe(picture).to_json() == edited


def test_inpaint_keeps_every_other_pixel(call: Call, photo: Path, mask: Path) -> None:
    picture, recipe = call("inpaint", image=photo, mask=mask, feather=8, steps=2)
    before, after = (np.array(Image.open(path).convert("RGB")) for path in (photo, picture))
    assert (before[136:] == after[136:]).all()
    assert (before[:, 136:] == after[:, 136:]).all()
    assert (before[:120, :120] != after[:120, :120]).any()
    assert (Recipe.from_json(recipe).canvas.masked == upper_left()).all()


def test_vary_draws_a_share_of_the_cells_again(call: Call, made: tuple[Path, Recipe]) -> None:
    _, recipe = call("vary", image=made[0], strength=0.25, seed=3, steps=2)
    asked = Recipe.from_json(recipe).canvas
    assert asked.masked.sum() == 64
    kept = ~asked.masked
    assert (result(recipe) == np.array(made[1].codes))[kept].all()


def test_relight_runs_under_another_label(call: Call, made: tuple[Path, Recipe]) -> None:
    _, recipe = call("relight", image=made[0], label="bedroom-night", strength=0.5, steps=4)
    lit = Recipe.from_json(recipe)
    assert lit.settings.label == "bedroom-night"
    assert (result(recipe) != np.array(made[1].codes)).mean() > 0.5
    with pytest.raises(AppError, match="Give a label for the new light"):
        call("relight", image=made[0])


def test_blend_takes_each_cell_from_one_of_two_and_heals_the_border(
    call: Call, made: tuple[Path, Recipe], photo: Path, mask: Path
) -> None:
    _, codes = call("encode", image=photo)
    second = np.array(codes)
    _, recipe = call("blend", first=made[0], second=photo, mask=mask, steps=2)
    asked = Recipe.from_json(recipe).canvas
    assert asked.masked.any()
    after, kept = result(recipe), ~asked.masked
    assert (after == second)[kept & upper_left()].all()
    assert (after == np.array(made[1].codes))[kept & ~upper_left()].all()
    _, recipe = call("blend", first=made[0], second=photo, share=1)
    assert (result(recipe) == second).all()


def test_extend_and_stitch_make_larger_pictures(call: Call, made: tuple[Path, Recipe]) -> None:
    path, before = made[0], np.array(made[1].codes)
    picture, recipe = call("extend", image=path, right=2, steps=1)
    assert Image.open(picture).size == (288, 256)
    assert (result(recipe)[:, :16] == before).all()
    picture, recipe = call("stitch", first=path, second=path, axis="vertical", seam=4, steps=1)
    assert Image.open(picture).size == (256, 512)
    assert Recipe.from_json(recipe).canvas.masked.sum() == 4 * 16
    assert (result(recipe)[18:] == before[2:]).all()


def test_inspect_tells_what_the_model_thinks(call: Call, made: tuple[Path, Recipe]) -> None:
    recipe = made[1]
    thought = call("inspect", canvas=recipe.to_json(), label="church-day", top=2, spacing=2)
    assert thought["codes"] == [list(row) for row in recipe.codes]
    assert np.shape(thought["likeliest"]) == (16, 16, 2)
    probabilities = np.array(thought["probabilities"])
    assert (probabilities[..., 0] >= probabilities[..., 1]).all()
    assert 0 < np.max(thought["entropy"]) <= np.log2(4096)
    cell = call("inspect_cell", canvas=recipe.to_json(), row=3, column=4, top=5, label="church-day")
    assert cell["present"] == recipe.codes[3][4]
    assert len(cell["codes"]) == 5
    unknown = json.dumps(recipe.canvas.to_dict())
    assert call("inspect", canvas=unknown)["surprise"] == [[None] * 16] * 16
    assert call("inspect_cell", canvas=unknown, row=0, column=0)["present"] is None


def test_encode_and_decode(call: Call, photo: Path) -> None:
    recipe, codes = call("encode", image=photo)
    assert (result(recipe) == np.array(codes)).all()
    picture = call("decode", canvas=recipe)
    assert Image.open(picture).size == (256, 256)
    assert call("encode", image=Path(picture))[1] is not None
    assert read_recipe(picture).codes == tuple(map(tuple, codes))
    canvas = Recipe.from_json(recipe).canvas.mask([(0, 0)])
    hole = Image.open(call("decode", canvas=json.dumps(canvas.to_dict())))
    assert (hole.getpixel((8, 8))[3], hole.getpixel((24, 8))[3]) == (0, 255)


def test_codebook_and_models(call: Call) -> None:
    sheet, catalogue = call("codebook")
    (first, *_) = call("models")
    assert sorted(catalogue["order"]) == list(range(first["codebook_size"]))
    assert len(catalogue["names"]) == first["codebook_size"]
    assert Image.open(sheet).width == catalogue["columns"] * catalogue["side"]
    assert first["grid_size"] == 16
    assert "church-day" in first["labels"]
    assert first["parameters"] > 0


@pytest.mark.parametrize(
    ("name", "given", "complaint"),
    [
        ("generate", {"label": "castle"}, "no label 'castle'"),
        ("generate", {"steps": 0}, "steps: input should be greater than or equal to 1"),
        ("generate", {"reveal_order": "spiral"}, "reveal_order: input should be 'random'"),
        ("generate", {"model": "/etc"}, "there is no model"),
        ("generate", {"temperature": 5e-324}, "temperature: 0, or 0.001 to 100"),
        ("generate", {"guidance_scale": 1e308}, "guidance_scale: input should be less than or equal to 100"),
        ("generate", {"seed": 2**53}, "seed: input should be less than or equal to"),
        ("generate", {"recipe": HUGE}, "a codebook must have 1 to 65,536 codes, not 2147483647"),
        ("inspect", {"canvas": "[]"}, "JSON object"),
        ("inspect", {"canvas": "[" * 10**5}, "is not JSON"),
        ("inspect", {"canvas": OTHER}, "65536 codes; this model"),
        ("inspect", {"canvas": OTHER, "guidance_scale": 1e308}, "guidance_scale: "),
        ("inspect", {"canvas": OTHER, "label": "x" * 10**5}, "label: string should have at most 200"),
        ("decode", {"canvas": OTHER}, "65536 codes; this model"),
        ("decode", {"canvas": LONG}, "a canvas must have 1×1 to 64×64 cells, not 1×100000"),
        ("generate", {"model": "x" * 10**5}, "there is no model"),
        ("inspect_cell", {"canvas": '{"base": 1}', "row": 0, "column": 0}, "the canvas lacks"),
        ("decode", {"canvas": "{"}, "is not JSON"),
        ("vary", {"image": {"path": "/etc/passwd"}}, "expected a file"),
        ("codebook", {"model": "owner/other"}, "there is no model"),
    ],
)
def test_a_bad_value_is_explained_in_a_line(call: Call, name: str, given: dict, complaint: str) -> None:
    with pytest.raises(AppError, match=f"(?i){complaint}") as caught:
        call(name, **given)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 300


def test_files_of_the_server_cannot_be_asked_for(url: str) -> None:
    stolen = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    answer = httpx.post(f"{url}/gradio_api/call/encode", json={"data": [stolen, "crop", None, None]})
    event = answer.json()["event_id"]
    said = httpx.get(f"{url}/gradio_api/call/encode/{event}", timeout=60).text
    assert "event: error" in said
    assert "root:" not in said
