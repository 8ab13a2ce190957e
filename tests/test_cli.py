"""The `unleash` command: what it writes, what it says, and how it exits."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from unleash.cli import app
from unleash.recipe import Settings, read_recipe

PARITY = Path(__file__).parent / "fixtures" / "parity"


@pytest.fixture(scope="module")
def model(pipe, tmp_path_factory):
    """A folder with the tiny pipeline: 4×4 cells of 8 pixels, 16 codes, labels day and night."""
    folder = tmp_path_factory.mktemp("cli") / "model"
    pipe.save_pretrained(folder)
    return str(folder)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")


def run(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refused(*arguments):
    """The one line that is said about arguments that are wrong."""
    before = sorted(Path().rglob("*"))
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("unleash: ")
    assert sorted(Path().rglob("*")) == before
    return lines[0]


def pixels(file):
    with Image.open(file) as image:
        return np.array(image)


def picture(file="given.png", size=(32, 32), seed=0):
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(noise).save(file)
    return file


def mask(marked, file="mask.png", size=(32, 32), mode="L"):
    """A mask whose pixels in the slices ``marked`` are white, or opaque in mode RGBA."""
    array = np.zeros((size[1], size[0]), np.uint8)
    array[marked] = 255
    white = Image.fromarray(array)
    if mode == "RGBA":
        black = Image.new("L", size)
        white = Image.merge("RGBA", (black, black, black, white))
    white.save(file)
    return file


# -- help ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["generate", "edit", "convert", "studio", "scenes", "bench"])
def test_help_teaches_by_example(command):
    text = run(command, "--help")
    assert "Example" in text
    assert f"unleash {command}" in text


def test_help_names_the_defaults_of_settings():
    text = run("generate", "--help")
    settings = Settings()
    for value in (settings.steps, settings.order, settings.schedule, settings.temperature, settings.seed):
        assert f"[default: ({value})]" in text


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from unleash.cli import app\n"
        "try: app(['generate', '--help'])\n"
        "except SystemExit: pass\n"
        "print(*{'torch', 'gradio', 'numpy', 'diffusers', 'PIL'} & sys.modules.keys(), file=sys.stderr)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PARITY.parents[2]
    )
    assert found.stderr.strip() == ""
    assert "night.png" in found.stdout


def test_python_m_unleash_is_the_same():
    root = PARITY.parents[2]
    command = [sys.executable, "-m", "unleash", "generate", "--steps", "many"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert result.returncode == 2
    assert result.stderr.startswith("unleash: Invalid value for '--steps'")
    assert result.stderr.count("\n") == 1


# -- generate ------------------------------------------------------------------------------------


def test_generate_writes_a_picture_with_its_recipe(model, pipe):
    values = {"seed": 5, "label": "night", "order": "random", "schedule": "linear"}
    values |= {"temperature": 0.9, "top_k": 8, "top_p": 0.9}
    options = [part for name, value in values.items() for part in (f"--{name.replace('_', '-')}", value)]
    said = run("generate", "--model", model, "--steps", 3, "--guidance", 2, *options, "--out", "new/a.png")
    assert said == "new/a.png\n"
    recipe = read_recipe("new/a.png")
    assert recipe.model == model
    assert recipe.settings == Settings(steps=3, guidance_scale=2, **values)
    assert recipe.canvas == pipe.blank()
    assert np.array_equal(pixels("new/a.png"), np.array(pipe.render(recipe.result)))
    assert recipe.result == pipe(num_inference_steps=3, guidance_scale=2, **values).canvases[0]


def test_count_counts_seeds_up(model):
    said = run("generate", "--model", model, "--steps", 2, "--seed", 7, "--count", 3, "--out", "many")
    files = [Path("many") / f"picture-{seed}.png" for seed in (7, 8, 9)]
    assert [Path(line) for line in said.splitlines()] == files == sorted(Path("many").iterdir())
    assert [read_recipe(file).settings.seed for file in files] == [7, 8, 9]
    run("generate", "--model", model, "--steps", 2, "--seed", 8, "--out", "one.png")
    assert Path("one.png").read_bytes() == files[1].read_bytes()


def test_a_single_picture_can_go_to_a_folder(model):
    run("generate", "--model", model, "--steps", 1, "--label", "day")
    assert Path("day-0.png").is_file()


@pytest.mark.parametrize("keep_codes", [True, False])
@pytest.mark.parametrize("suffix", [".png", ".json"])
def test_a_recipe_makes_the_same_picture_again(model, keep_codes, suffix):
    run("generate", "--model", model, "--steps", 3, "--seed", 4, "--label", "day", "--out", "a.png")
    source = Path("a.png")
    recipe = read_recipe(source)
    if suffix == ".json":
        source = Path("a.json")
        source.write_text((recipe if keep_codes else recipe.model_copy(update={"codes": None})).to_json())
    run("generate", "--recipe", source, "--out", "b.png")
    assert np.array_equal(pixels("a.png"), pixels("b.png"))
    assert read_recipe("b.png") == recipe


def test_options_change_a_recipe(model):
    run("generate", "--model", model, "--steps", 3, "--seed", 4, "--label", "day", "--out", "a.png")
    run("generate", "--recipe", "a.png", "--seed", 9, "--out", "b.png")
    changed = read_recipe("b.png")
    assert changed.settings == read_recipe("a.png").settings.model_copy(update={"seed": 9})
    assert changed.codes != read_recipe("a.png").codes


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--label", "noon"], "no label 'noon'; its labels are day, night"),
        (["--steps", "0"], "steps: input should be greater than or equal to 1"),
        (["--order", "up"], "'halton'"),
        (["--schedule", "up"], "'cosine'"),
        (["--temperature", "-1"], "temperature"),
        (["--top-p", "2"], "top_p"),
        (["--seed", "-1"], "seed"),
        (["--count", "0"], "--count"),
        (["--out", "picture.jpg"], ".png"),
        (["--recipe", "none.json"], "none.json"),
        (["--model", "nowhere"], "no folder 'nowhere'"),
        (["--shape", "round"], "No such option"),
    ],
)
def test_generate_refuses(model, arguments, complaint):
    assert complaint in refused("generate", "--model", model, "--out", "a.png", *arguments)


def test_generate_refuses_files_that_are_none_of_its_own(model):
    picture("plain.png")
    assert "carries no recipe" in refused("generate", "--model", model, "--recipe", "plain.png")
    Path("other.json").write_text('{"version": 2}')
    assert "version 2" in refused("generate", "--model", model, "--recipe", "other.json")
    assert "folder" in refused("generate", "--model", model, "--count", 2, "--out", "plain.png")


def test_a_recipe_for_another_grid(model):
    run("generate", "--model", model, "--steps", 1, "--out", "a.png")
    recipe = json.loads(read_recipe("a.png").to_json())
    recipe["canvas"] = {"codebook_size": 16, "base": [[16] * 5] * 5, "masked": [[False] * 5] * 5, "pins": []}
    recipe["codes"] = None
    Path("big.json").write_text(json.dumps(recipe))
    assert "5×5" in refused("generate", "--recipe", "big.json", "--out", "b.png")


# -- edit ----------------------------------------------------------------------------------------


def edited(model, *arguments):
    run("edit", picture(), "--model", model, "--steps", 2, *arguments, "--out", "edited.png")
    return read_recipe("edited.png")


@pytest.mark.parametrize("mode", ["L", "RGBA"])
@pytest.mark.parametrize(
    ("marked", "cells"),
    [
        (np.s_[0:8, 0:8], [(0, 0)]),
        (np.s_[31:32, 8:9], [(3, 1)]),  # a single pixel
        (np.s_[7:9, 16:24], [(0, 2), (1, 2)]),  # across a border
    ],
)
def test_a_mask_marks_every_cell_it_touches(model, mode, marked, cells):
    recipe = edited(model, "--mask", mask(marked, mode=mode))
    assert np.argwhere(recipe.canvas.unknown).tolist() == [list(cell) for cell in cells]
    assert np.array_equal(
        recipe.result.codes[~recipe.canvas.unknown], recipe.canvas.codes[~recipe.canvas.unknown]
    )


def test_what_is_not_masked_is_the_encoded_picture(model, pipe):
    recipe = edited(model, "--mask", mask(np.s_[0:8, 0:8]))
    with Image.open("given.png") as given:
        assert np.array_equal(recipe.canvas.base, pipe.encode(given).base)


def test_mask_and_picture_are_cut_alike(model):
    picture("wide.png", (64, 32))
    mask(np.s_[:, 16:24], size=(64, 32))  # the first column of the middle square
    run("edit", "wide.png", "--mask", "mask.png", "--model", model, "--out", "edited.png")
    unknown = read_recipe("edited.png").canvas.unknown
    assert unknown[:, 0].all()
    assert not unknown[:, 1:].any()


def test_pins_hold_inside_the_mask_and_outside(model):
    recipe = edited(model, "--mask", mask(np.s_[0:16, 0:16]), "--pin", "0,1=7", "--pin", " 3, 3 = 15 ")
    assert recipe.canvas.pins == {(0, 1): 7, (3, 3): 15}
    assert recipe.canvas.unknown.sum() == 3
    assert recipe.result.codes[0, 1] == 7
    assert recipe.result.codes[3, 3] == 15


def test_pins_alone_are_an_edit_too(model):
    assert edited(model, "--pin", "2,2=4").result.codes[2, 2] == 4


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "--mask, --pin or both"),
        (["--pin", "1,1=16"], "code 16 is not in the codebook: codes are 0 to 15"),
        (["--pin", "4,1=3"], "cell (4, 1) is off the grid"),
        (["--pin", "-1,1=3"], "off the grid"),
        (["--pin", "1:1=3"], "row,col=code is right"),
        (["--pin", "1,1=3", "--label", "noon"], "no label 'noon'"),
        (["--mask", "nothing.png"], "no file nothing.png"),
        (["--mask", "black.png"], "marks nothing"),
        (["--mask", "large.png"], "64×64 pixels; as many as the picture, 32×32"),
        (["--mask", "text.png"], "text.png is no picture"),
    ],
)
def test_edit_refuses(model, arguments, complaint):
    picture()
    mask(np.s_[0:0, 0:0], "black.png")
    mask(np.s_[0:8, 0:8], "large.png", size=(64, 64))
    Path("text.png").write_text("not a picture")
    assert complaint in refused("edit", "given.png", "--model", model, "--out", "e.png", *arguments)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_edit_refuses_what_is_no_picture(model, content):
    Path("given.png").write_bytes(content)
    assert "given.png" in refused("edit", "given.png", "--model", model, "--pin", "1,1=1", "--out", "e.png")
    assert "no file absent.png" in refused("edit", "absent.png", "--model", model, "--pin", "1,1=1")


# -- convert, scenes, studio -----------------------------------------------------------------------


def test_convert_and_generate():
    files = ["--vqgan", PARITY / "vqgan_ema_0.th", "--absorbing", PARITY / "absorbing_ema_0.th"]
    assert "image size 64 would fit" in refused("convert", *files, "--out", "model")
    run("convert", *files, "--heads", 4, "--image-size", 64, "--out", "model")
    run("generate", "--model", "model", "--steps", 2, "--out", "a.png")
    assert pixels("a.png").shape == (64, 64, 3)
    assert "there already" in refused("convert", *files, "--out", "model")


def test_scenes_writes_pictures_and_label_maps():
    from unleash.scenes import Element, draw  # noqa: PLC0415 (needs the extra "train")

    run("scenes", "--label", "church-night", "--seed", 3, "--count", 2, "--out", "night")
    names = [f"church-night-{seed}{kind}" for seed in (3, 4) for kind in (".labels.png", ".png")]
    assert sorted(path.name for path in Path("night").iterdir()) == names
    scene = draw("church-night", 4)
    assert np.array_equal(pixels("night/church-night-4.png"), scene.picture)
    with Image.open("night/church-night-4.labels.png") as labels:
        assert labels.mode == "P"
        assert np.array_equal(np.array(labels), scene.elements)
        colours = labels.getpalette()[: 3 * len(Element)]
    assert len(set(zip(*[iter(colours)] * 3, strict=True))) == len(Element)


def test_scenes_refuses_a_label_that_is_none():
    assert "church-dusk" in refused("scenes", "--label", "church-noon", "--out", "night")


def test_studio_serves(monkeypatch):
    calls = []
    monkeypatch.setattr("unleash.studio.serve", lambda *arguments: calls.append(arguments))
    run("studio", "--model", "a", "--model", "b", "--host", "0.0.0.0", "--port", 8000, "--share")
    run("studio")
    assert calls == [(["a", "b"], "0.0.0.0", 8000, True), ((), "127.0.0.1", None, False)]


def test_a_full_disk_is_one_line_too(model, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "a.png")

    monkeypatch.setattr("unleash.recipe.write_png", full)
    assert "a.png: No space left" in refused("generate", "--model", model, "--steps", 1, "--out", "a.png")


def test_what_is_our_own_fault_is_not_hidden(model, monkeypatch):
    def broken(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr("unleash.recipe.write_png", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        run("generate", "--model", model, "--steps", 1, "--out", "a.png")
