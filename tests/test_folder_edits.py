"""A folder of pictures, edited one after the other, from Python and from the shell."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from unleash import Settings, UnleashPipeline
from unleash.cli import app
from unleash.images.recipes import read_recipe
from unleash.operations.folder_edits import FolderEdit, edit_folder


@pytest.fixture(autouse=True)
def folder(pipe, tmp_path, monkeypatch):
    """Three photographs, of which one is none, a mask for each, and a model."""
    monkeypatch.chdir(tmp_path)
    pipe.save_pretrained("model")
    for name in ("photos", "masks"):
        Path(name).mkdir()
    noise = np.random.default_rng(0)
    for number, name in enumerate(("a.jpg", "c.png")):
        Image.fromarray(noise.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(f"photos/{name}")
        marked = np.zeros((32, 32), dtype=np.uint8)
        marked[:8, 8 * number : 8 * number + 8] = 255
        Image.fromarray(marked).save(f"masks/{name[0]}.png")
    Path("photos/b.png").write_text("no picture")
    Path("photos/notes.txt").write_text("no picture by its name")
    Image.fromarray(np.full((32, 32), 255, dtype=np.uint8)).save("all.png")


def run(*arguments):
    options = ("--model", "model", "--out", "out", "--steps", "1")
    return CliRunner().invoke(app, ["edit", "photos", *map(str, arguments), *options])


def made():
    return sorted(path.name for path in Path("out").iterdir())


def masked(file):
    return set(map(tuple, np.argwhere(read_recipe(file).canvas.unknown).tolist()))


def test_each_picture_is_edited_under_its_own_mask_and_a_bad_one_is_told_at_the_end():
    done = run("--mask", "masks", "--label", "night")
    assert done.exit_code == 1
    assert made() == ["a.png", "c.png"]
    assert done.stdout.splitlines() == [str(Path("out/a.png")), str(Path("out/c.png"))]
    (line,) = done.stderr.splitlines()
    assert line.startswith(str(Path("photos/b.png")))
    assert "is not a picture" in line
    assert masked("out/a.png") == {(0, 0)}
    assert masked("out/c.png") == {(0, 1)}
    settings = read_recipe("out/a.png").settings
    assert (settings.label, settings.steps) == ("night", 1)
    given, edited = (np.array(Image.open(path)) for path in ("photos/c.png", "out/c.png"))
    assert np.array_equal(given[16:], edited[16:]), "other pixels stay"


def test_it_goes_on_where_it_was_stopped():
    Path("photos/b.png").unlink()
    asked = FolderEdit(Path("photos"), Path("out"), Path("all.png"), settings=Settings(steps=1))
    edits = edit_folder(UnleashPipeline.from_pretrained("model"), "model", asked)
    assert next(edits).files == (Path("out/a.png"),)
    first = Path("out/a.png").read_bytes()
    done = run("--mask", "all.png")
    assert done.exit_code == 0, done.stderr
    assert made() == ["a.png", "c.png"]
    assert done.stdout.splitlines() == [str(Path("out/c.png"))]
    assert Path("out/a.png").read_bytes() == first
    alone = CliRunner().invoke(
        app,
        ["edit", "photos/c.png", "--mask", "all.png", "--model", "model", "--out", "c.png", "--steps", "1"],
    )
    assert alone.exit_code == 0
    assert read_recipe("c.png").codes == read_recipe("out/c.png").codes, "as it is made alone"


def test_several_results_of_each_with_pins_and_regions():
    Path("photos/b.png").unlink()
    done = run("--mask", "all.png", "--pin", "1,1=3", "--count", 2, "--region", "masks=night", "--seed", 4)
    assert done.exit_code == 0, done.stderr
    assert made() == ["a-4.png", "a-5.png", "c-4.png", "c-5.png"]
    recipe = read_recipe("out/c-5.png")
    assert recipe.settings.seed == 5
    assert recipe.result.codes[1, 1] == 3
    assert [(region.shows, region.cells) for region in recipe.settings.regions] == [("night", ((0, 1),))]


def test_a_part_of_each_is_opened():
    done = run("--mask", "all.png", "--crop", "0,0,32,16", "--region", "masks=night")
    assert done.exit_code == 1, "one is no picture"
    recipe = read_recipe("out/c.png")
    assert recipe.result.codes.shape == (4, 8)
    assert recipe.settings.regions[0].cells == ((0, 2), (0, 3), (1, 2), (1, 3))


def test_a_picture_without_a_mask_or_of_another_size_is_told_of():
    Path("masks/a.png").unlink()
    Image.new("L", (16, 16), 255).save("masks/c.png")
    done = run("--mask", "masks")
    assert done.exit_code == 1
    a, b, c = done.stderr.splitlines()
    assert "masks must contain one mask for it: for example a.png" in a
    assert "not a picture" in b
    assert "16×16 pixels" in c
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "--mask, --pin or both"),
        (["--mask", "nowhere"], "no mask or folder of masks nowhere"),
        (["--mask", "masks", "--label", "noon"], "no label 'noon'"),
        (["--mask", "masks", "--region", "nowhere=night"], "no mask or folder of masks nowhere"),
        (["--mask", "masks", "--out", "photos"], "give another one for the results"),
        (["--mask", "masks", "--out", "all.png"], "give a folder for the results"),
    ],
)
def test_what_is_wrong_for_all_of_them_is_told_before_the_first(arguments, complaint):
    done = CliRunner().invoke(app, ["edit", "photos", "--model", "model", "--out", "out", *arguments])
    assert done.exit_code == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not Path("out").exists()


def test_two_pictures_with_one_name_are_refused():
    Image.new("RGB", (32, 32)).save("photos/a.png")
    done = run("--mask", "all.png")
    assert done.exit_code == 2
    assert "a.jpg and a.png would have the same result" in done.stderr


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    done = CliRunner().invoke(app, ["edit", "empty", "--mask", "all.png", "--model", "model", "--out", "out"])
    assert done.exit_code == 2
    assert "empty contains no pictures" in done.stderr


def test_a_region_leaves_the_models_own_settings(pipe):
    """Options that were not given are the model's, whether or not a region is."""
    tame = UnleashPipeline(
        pipe.vqgan, pipe.transformer, pipe.scheduler, sampling_defaults={"temperature": 0.5, "steps": 3}
    )
    tame.save_pretrained("tame")
    options = ["--mask", "all.png", "--region", "all.png=night", "--model", "tame", "--out", "a.png"]
    assert CliRunner().invoke(app, ["edit", "photos/c.png", *options]).exit_code == 0
    settings = read_recipe("a.png").settings
    assert (settings.temperature, settings.steps, settings.regions[0].shows) == (0.5, 3, "night")
