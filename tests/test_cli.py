"""The `unleash` command: what it writes, what it says, and how it exits."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from unleash import Settings, UnleashPipeline
from unleash.cli import app
from unleash.images.recipes import read_recipe

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


PAINTING = ("generate", "edit", "extend", "stitch", "vary", "relight", "blend")
COMMANDS = (*PAINTING, "models", "convert", "studio", "scenes", "bench")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_by_example(command):
    text = run(command, "--help")
    assert "Example" in text
    assert f"unleash {command}" in text


@pytest.mark.parametrize("command", PAINTING)
def test_help_says_of_every_setting_what_its_field_does(command):
    text = " ".join(run(command, "--help").replace("│", " ").split())
    for name, field in Settings.model_fields.items():
        assert name == "regions" or field.description in text, name
    assert ("--region" in text) == (command in ("generate", "edit")), "regions are given as masks"
    assert "--order" not in text.replace("--reveal-order", ""), "the old name is read, not shown"


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
    values = {"seed": 5, "label": "night", "reveal_order": "random", "schedule": "linear"}
    values |= {"temperature": 0.9, "top_k": 8, "top_p": 0.9, "correction": 0.25}
    options = [part for name, value in values.items() for part in (f"--{name.replace('_', '-')}", value)]
    said = run("generate", "--model", model, "--steps", 3, "--guidance", 2, *options, "--out", "new/a.png")
    assert said == "new/a.png\n"
    recipe = read_recipe("new/a.png")
    assert recipe.model == model
    assert recipe.settings == Settings(steps=3, guidance_scale=2, **values)
    assert recipe.canvas == pipe.blank()
    assert np.array_equal(pixels("new/a.png"), np.array(pipe.render(recipe.result)))
    assert recipe.result == pipe(num_inference_steps=3, guidance_scale=2, **values).canvases[0]


def test_the_old_name_of_an_option_is_read_and_its_new_one_told(model):
    arguments = ["generate", "--model", model, "--steps", "2", "--order", "raster", "--out", "old.png"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    assert "--order is deprecated: use --reveal-order" in result.output
    assert read_recipe("old.png").settings.reveal_order == "raster"


def test_what_is_not_given_is_as_the_model_has_it(pipe, tmp_path):
    defaults = {"steps": 3, "temperature": 0.7, "top_p": 0.5, "reveal_order": "raster"}
    model = UnleashPipeline(pipe.vqgan, pipe.transformer, pipe.scheduler, sampling_defaults=defaults)
    model.save_pretrained(tmp_path / "own")
    run("generate", "--model", tmp_path / "own", "--temperature", 1.1, "--out", "own.png")
    assert read_recipe("own.png").settings == Settings(**defaults | {"temperature": 1.1})
    run("extend", "own.png", "--model", tmp_path / "own", "--left", 1, "--out", "wide.png")
    assert read_recipe("wide.png").settings == Settings(**defaults)
    run("generate", "--recipe", "own.png", "--seed", 2, "--out", "again.png")
    assert read_recipe("again.png").settings == Settings(**defaults | {"temperature": 1.1, "seed": 2})


def test_what_measured_best_is_written_into_a_folder_and_used(pipe, tmp_path):
    pipe.save_pretrained(tmp_path / "own")
    run("evaluate", "defaults", "--model", tmp_path / "own", "--steps", 2, "--correction", 0.5)
    run("evaluate", "defaults", "--model", tmp_path / "own", "--steps", 3)
    refused("evaluate", "defaults", "--model", tmp_path / "own", "--reveal-order", "up")
    assert UnleashPipeline.from_pretrained(tmp_path / "own").defaults == Settings(steps=3, correction=0.5)


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
        (["--reveal-order", "up"], "'halton'"),
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


def test_an_unknown_engine_is_refused_before_anything_is_read():
    for command in (["generate", "--model", "nowhere"], ["vary", "none.png"]):
        assert "there is no engine 'gpu'" in refused(*command, "--engine", "gpu")


def test_generate_refuses_files_that_are_none_of_its_own(model):
    picture("plain.png")
    assert "contains no recipe" in refused("generate", "--model", model, "--recipe", "plain.png")
    Path("other.json").write_text('{"version": 5}')
    assert "version 5" in refused("generate", "--model", model, "--recipe", "other.json")
    assert "folder" in refused("generate", "--model", model, "--count", 2, "--out", "plain.png")


def test_a_recipe_for_another_grid(model):
    run("generate", "--model", model, "--steps", 1, "--out", "a.png")
    recipe = json.loads(read_recipe("a.png").to_json())
    recipe["canvas"] |= {"base": [[0] * 5] * 65, "masked": [[False] * 5] * 65}
    recipe["codes"] = None
    Path("big.json").write_text(json.dumps(recipe))
    assert "65×5" in refused("generate", "--recipe", "big.json", "--out", "b.png")


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
        (["--pin", "1:1=3"], "expected row,col=code"),
        (["--pin", "1,1=3", "--label", "noon"], "no label 'noon'"),
        (["--mask", "nothing.png"], "no file nothing.png"),
        (["--mask", "black.png"], "black.png is empty"),
        (["--mask", "large.png"], "64×64 pixels; it must have the size of the picture, 32×32"),
        (["--mask", "text.png"], "text.png is not a picture"),
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


# -- pixels that are kept ------------------------------------------------------------------------


def test_a_given_picture_keeps_its_pixels_outside_the_mask(model, pipe):
    recipe = edited(model, "--mask", mask(np.s_[0:8, 0:8]))
    given, made, drawn = pixels("given.png"), pixels("edited.png"), np.array(pipe.render(recipe.result))
    assert np.array_equal(made[12:], given[12:])
    assert np.array_equal(made[:, 12:], given[:, 12:])
    assert np.array_equal(made[:8, :8], drawn[:8, :8])
    run("edit", "edited.png", "--mask", "mask.png", "--model", model, "--out", "again.png")
    assert np.array_equal(pixels("again.png")[12:], given[12:])


def test_what_is_pinned_is_not_kept(model, pipe):
    recipe = edited(model, "--pin", "3,3=5")
    assert np.array_equal(pixels("edited.png")[24:, 24:], np.array(pipe.render(recipe.result))[24:, 24:])
    assert np.array_equal(pixels("edited.png")[:16], pixels("given.png")[:16])


@pytest.mark.parametrize("option", ["--render-all", None])
def test_a_picture_by_unleash_is_drawn_from_its_own_cells(model, pipe, option):
    run("generate", "--model", model, "--steps", 2, "--out", "a.png")
    options = ["--mask", mask(np.s_[0:8, 0:8]), "--model", model, "--steps", 2]
    run("edit", "a.png", *options, *([option] if option else []), "--out", "b.png")
    before, after = read_recipe("a.png").result, read_recipe("b.png")
    assert np.array_equal(after.canvas.base, before.base)
    assert np.array_equal(pixels("b.png"), np.array(pipe.render(after.result)))


# -- extend and stitch ---------------------------------------------------------------------------


def test_extend_paints_beyond_the_borders(model):
    run("generate", "--model", model, "--steps", 2, "--out", "a.png")
    size = ["--left", 1, "--right", 3, "--top", 2]
    run("extend", "a.png", *size, "--model", model, "--steps", 3, "--label", "day", "--out", "b.png")
    recipe = read_recipe("b.png")
    assert pixels("b.png").shape == (48, 64, 3)
    assert np.array_equal(recipe.result.codes[2:, 1:5], read_recipe("a.png").result.codes)
    run("extend", "b.png", "--bottom", 1, "--model", model, "--steps", 1, "--out", "c.png")
    assert np.array_equal(read_recipe("c.png").result.codes[:6], recipe.result.codes)
    run("generate", "--recipe", "b.png", "--out", "d.png")
    assert np.array_equal(pixels("b.png"), pixels("d.png"))


def test_extend_keeps_a_given_pictures_pixels(model):
    picture(size=(64, 32))
    run("extend", "given.png", "--right", 2, "--model", model, "--steps", 2, "--out", "b.png")
    assert pixels("b.png").shape == (32, 80, 3)
    assert np.array_equal(pixels("b.png")[:, :60], pixels("given.png")[:, :60])


@pytest.mark.parametrize(("axis", "shape"), [("horizontal", (32, 64, 3)), ("vertical", (64, 32, 3))])
def test_stitch_paints_the_seam(model, axis, shape):
    for seed in (1, 2):
        run("generate", "--model", model, "--steps", 2, "--seed", seed, "--out", f"{seed}.png")
    options = ["--axis", axis, "--seam", 2, "--model", model, "--steps", 2]
    run("stitch", "1.png", "2.png", *options, "--out", "both.png")
    assert pixels("both.png").shape == shape
    a, b, both = (read_recipe(f"{name}.png").result.codes for name in ("1", "2", "both"))
    if axis == "vertical":
        a, b, both = a.T, b.T, both.T
    assert np.array_equal(both[:, :3], a[:, :3])
    assert np.array_equal(both[:, 5:], b[:, 1:])
    assert read_recipe("both.png").canvas.unknown.sum() == 8


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["extend", "given.png"], "give --left, --right, --top or --bottom"),
        (["extend", "given.png", "--left", "-1"], "--left"),
        (["extend", "given.png", "--left", "61"], "64×64 cells, not 4×65"),
        (["extend", "none.png", "--left", "1"], "no file none.png"),
        (["stitch", "given.png", "wide.png", "--axis", "vertical"], "not 4 and 8 cells"),
        (["stitch", "given.png", "wide.png", "--axis", "up"], "--axis"),
        (["stitch", "given.png", "wide.png", "--seam", "20"], "does not fit"),
        (["stitch", "given.png", "wide.png", "--label", "noon"], "no label 'noon'"),
    ],
)
def test_extend_and_stitch_refuse(model, arguments, complaint):
    picture()
    picture("wide.png", (64, 32))
    assert complaint in refused(*arguments, "--model", model, "--out", "e.png")


def test_a_part_of_a_picture_is_opened_and_a_cut_is_told(model):
    picture("wide.png", (80, 40))
    mask(np.s_[:, 20:60], size=(80, 40))
    options = ["--mask", "mask.png", "--model", model, "--steps", 1, "--out", "e.png"]
    edit = ["edit", "wide.png", *map(str, options)]
    told = "wide.png is cropped from 80×40 pixels to 20,0,40,40; choose another part with --crop\n"
    assert CliRunner().invoke(app, edit).stderr == told
    assert CliRunner().invoke(app, [*edit, "--crop", "0,0,80,40"]).stderr == ""
    canvas = read_recipe("e.png").canvas
    assert (canvas.height, canvas.width) == (4, 8)
    assert "expected x,y,w,h in pixels" in refused("edit", "wide.png", "--crop", "0,0,80", *options)
    assert "is not a part" in refused("edit", "wide.png", "--crop", "50,0,40,40", *options)


# -- vary, relight and blend -----------------------------------------------------------------------


def test_vary_relight_and_blend_start_from_pictures(model):
    for seed, label in ((1, "day"), (2, "night")):
        run(
            "generate",
            "--model",
            model,
            "--steps",
            2,
            "--seed",
            seed,
            "--label",
            label,
            "--out",
            f"{seed}.png",
        )
    one, two = (read_recipe(f"{seed}.png").result.codes for seed in (1, 2))
    options = ["--model", model, "--steps", 4]
    run("vary", "1.png", "--strength", 0.25, *options, "--out", "varied.png")
    varied = read_recipe("varied.png")
    assert varied.canvas.unknown.sum() == 4
    assert np.array_equal(varied.result.codes[varied.canvas.kept], one[varied.canvas.kept])
    run("relight", "1.png", "--label", "night", *options, "--out", "lit.png")
    assert read_recipe("lit.png").settings.label == "night"
    run("blend", "1.png", "2.png", "--share", 1, *options, "--out", "blended.png")
    assert np.array_equal(read_recipe("blended.png").result.codes, two)


def test_relight_tells_how_much_changed_beside_the_files_it_names(model):
    run("generate", "--model", model, "--steps", 2, "--out", "a.png")
    arguments = ["relight", "a.png", "--model", model, "--label", "night", "--out", "b.png"]
    result = CliRunner().invoke(app, arguments)
    assert result.stdout == "b.png\n"
    assert "% of the cells changed" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["vary", "given.png", "--strength", 0], "choose a greater strength"),
        (["vary", "given.png", "--strength", 2], "--strength"),
        (["relight", "given.png"], "give --label"),
        (["relight", "given.png", "--label", "noon"], "no label 'noon'"),
        (["relight", "given.png", "--label", "day", "--from", "noon"], "no label 'noon'"),
        (["blend", "given.png", "given.png", "--share", 0], "choose a greater share"),
        (["blend", "given.png", "none.png"], "no file none.png"),
    ],
)
def test_vary_relight_and_blend_refuse(model, arguments, complaint):
    picture()
    assert complaint in refused(*arguments, "--model", model, "--out", "e.png")


# -- models ----------------------------------------------------------------------------------------


def test_models_describes_bundled_and_given_ones(model):
    said = run("models", model)
    assert said.startswith("weights/")
    assert "256×256 pixels" in said
    assert "16×16 cells of 16 pixels" in said
    described = said[said.index(model) :]
    assert "32×32 pixels" in described
    assert "4×4 cells of 8 pixels" in described
    assert "16 codes" in described
    assert "day, night" in described
    assert "no folder './nowhere'" in refused("models", "./nowhere")


def test_models_lists_public_ones_with_what_to_expect():
    said = run("models")
    table = {line.split()[0]: line for line in said[said.index("Public models") :].splitlines()[2:]}
    assert {"paper-churches", "halton-384-base", "halton-256-tiny", "amused-512"} <= table.keys()
    assert "none stated" in table["paper-churches"]
    assert "0.6 GB" in table["paper-churches"]
    assert "ImageNet" in table["halton-384-base"]
    assert "MIT" in table["halton-384-base"]
    assert "OpenRAIL++" in table["amused-512"]


# -- convert, scenes, studio -----------------------------------------------------------------------


def test_convert_and_generate():
    files = ["--vqgan", PARITY / "vqgan_ema_0.th", "--absorbing", PARITY / "absorbing_ema_0.th"]
    assert "image size 64 would fit" in refused("convert", *files, "--out", "model")
    run("convert", *files, "--heads", 4, "--image-size", 64, "--out", "model")
    run("generate", "--model", "model", "--steps", 2, "--out", "a.png")
    assert pixels("a.png").shape == (64, 64, 3)
    assert "already exists" in refused("convert", *files, "--out", "model")


def test_convert_takes_files_of_any_family():
    halton = PARITY.parent / "parity-halton"
    files = ["--vqgan", halton / "vq_ds16_c2i.pt", "--transformer", halton / "ImageNet_256_tiny.pth"]
    assert "give --heads" in refused("convert", *files, "--out", "model")
    assert "7 heads" in refused("convert", *files, "--heads", 7, "--out", "model")
    run("convert", *files, "--heads", 6, "--out", "model")
    run("generate", "--model", "model", "--label", "castle", "--steps", 1, "--out", "castle.png")
    assert pixels("castle.png").shape == (256, 256, 3)
    assert "--transformer" in refused("convert", *files[:2], "--out", "other")
    both = [*files, "--absorbing", halton / "ImageNet_256_tiny.pth"]
    assert "--transformer" in refused("convert", *both, "--out", "other")


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
    run("studio", "--mcp", "--engine", "torch", "--longest", 60)
    assert calls == [
        (["a", "b"], "0.0.0.0", 8000, True, False, "auto", None),
        ((), "127.0.0.1", None, False, False, "auto", None),
        ((), "127.0.0.1", None, False, True, "torch", 60),
    ]


def test_a_full_disk_is_one_line_too(model, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "a.png")

    monkeypatch.setattr("unleash.images.recipes.write_png", full)
    assert "a.png: No space left" in refused("generate", "--model", model, "--steps", 1, "--out", "a.png")


def test_what_is_our_own_fault_is_not_hidden(model, monkeypatch):
    def broken(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr("unleash.images.recipes.write_png", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        run("generate", "--model", model, "--steps", 1, "--out", "a.png")


def test_a_cluster_continues_only_what_the_same_command_made(model):
    pytest.importorskip("ray")
    asked = ["generate", "--count", 2, "--out", "made", "--engine", "ray"]
    run(*asked[:-2], "--steps", 1, "--model", model)
    made = pixels(min(Path("made").glob("*.png")))
    run(*asked, "--steps", 1, "--model", model)
    assert np.array_equal(pixels(min(Path("made").glob("*.png"))), made)
    shutil.copytree(model, "other")
    for different in (["--steps", 1, "--model", "other"], ["--steps", 2, "--model", model]):
        assert "was made by another command" in refused(*asked, *different)
    for wrong in (["--label", "noon"], ["--count", 0]):
        assert wrong[0].strip("-") in refused(*asked, "--model", model, "--out", "new", *wrong)


def test_a_cluster_prints_what_it_made(model):
    """Nothing is left to make here, so that no cluster is started."""
    pytest.importorskip("ray")
    own = ["generate", "--steps", 1, "--model", model]
    run(*own, "--out", "a.png")
    assert run(*own, "--out", "a.png", "--engine", "ray").strip() == "a.png"
    run(*own, "--count", 2, "--out", "made")
    assert run(*own, "--count", 2, "--out", "made", "--engine", "ray").strip() == "made"
