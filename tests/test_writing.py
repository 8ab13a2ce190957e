"""What is written is whole or as it was before, and a full disk is said in a line."""

import os
import signal
from contextlib import contextmanager
from pathlib import Path

import gradio as gr
import pytest
import torch
from typer.testing import CliRunner

from unleash import VQGAN, Recipe, TokenCanvas
from unleash.cli import app
from unleash.images.recipes import read_recipe, write_png
from unleash.studio.server import downloads, files
from unleash.training.prior_trainer import PriorRun, train_prior
from unleash.writing import NotWrittenError, whole, whole_entries, whole_file, whole_folder, write_whole

resource = pytest.importorskip("resource", reason="files of bounded size are POSIX")


@contextmanager
def full_disk(size: int = 2000):
    """Within it no file gets larger than that, as on a disk that is full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_file_that_does_not_fit_is_as_before(tmp_path):
    file = tmp_path / "a.txt"
    write_whole(file, "before")
    with full_disk(), pytest.raises(NotWrittenError, match=r"a\.txt cannot be written: File too large"):
        write_whole(file, "x" * 5000)
    assert everything(tmp_path) == {"a.txt": b"before"}


def test_a_file_that_is_given_up_half_way_is_as_before(tmp_path):
    def give_up():
        with whole_file(tmp_path / "a.png") as part:
            part.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        give_up()
    assert everything(tmp_path) == {}


def test_a_link_stays_one_and_a_device_is_written_to(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "there")
    write_whole(tmp_path / "link", "a")
    write_whole(tmp_path / "link", "b")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_text() == "b"
    with pytest.raises(NotWrittenError, match="No space left on device"):
        write_whole("/dev/full", "x" * 5000)
    write_whole("/dev/null", "a")
    assert not Path("/dev/null").is_file()


def test_nowhere_is_said(tmp_path):
    with pytest.raises(NotWrittenError, match="No such file or directory"):
        write_whole(tmp_path / "no" / "a", "")
    with pytest.raises(NotWrittenError, match="s a directory"):
        write_whole(tmp_path, "")


def test_a_folder_is_whole_or_as_before(tmp_path):
    home = tmp_path / "model"
    with whole_folder(home) as new:
        write_whole(new / "a", "1")

    def again():
        with whole_folder(home) as new:
            write_whole(new / "a", "2")
            torch.save(torch.zeros(5000), new / "b")

    with full_disk(), pytest.raises(NotWrittenError):
        again()
    assert everything(tmp_path) == {"model/a": b"1"}
    home.rename(tmp_path / "model.old")  # as a kill leaves it
    assert whole(home) == tmp_path / "model.old"


def test_what_makes_a_model_of_a_folder_comes_last(tmp_path, monkeypatch):
    moved = []
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda a, b: moved.append(a.name) or replace(a, b))
    with whole_entries(tmp_path) as new:
        for name in ("model_index.json", "a.json", "z.json"):
            (new / name).touch()
    assert moved == ["a.json", "z.json", "model_index.json"]
    assert sorted(everything(tmp_path)) == ["a.json", "model_index.json", "z.json"]


# -- doors -----------------------------------------------------------------------------------------


def test_the_shell_says_it(pipe, tmp_path):
    pipe.save_pretrained(tmp_path / "model")
    file = tmp_path / "out.png"
    asked = ["generate", "--model", tmp_path / "model", "--steps", "2", "--out", file]
    asked = [str(word) for word in asked]
    assert CliRunner().invoke(app, asked).exit_code == 0
    before = everything(tmp_path)
    with full_disk(100):
        result = CliRunner().invoke(app, [*asked, "--seed", "7"])
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [f"unleash: {file} cannot be written: File too large"]
    assert everything(tmp_path) == before
    assert read_recipe(file).settings.seed == 0


def test_the_page_says_it(pipe, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    recipe = Recipe(model="m", canvas=TokenCanvas.blank(4, 4, 16), codes=[[1] * 4] * 4)
    with (
        full_disk(100),
        pytest.raises(ValueError, match=r"unleash-picture-0\.png cannot be written: File too"),
    ):
        files.save(pipe, recipe)
    assert list(tmp_path.iterdir()) == []
    saved = files.save(pipe, recipe)["file"]["path"]
    assert read_recipe(saved) == recipe.model_copy(update={"kept_pixels": False})


def test_what_was_fetched_is_cleared_away(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    with gr.Blocks() as demo:
        box = gr.Image()
    old, new = (downloads.to_fetch(b"x", "a.png").path for _ in range(2))
    kept = tmp_path / "kept.png"
    kept.touch()
    box.temp_files |= {old, new, str(kept), str(tmp_path / "gone")}
    box.keep_in_cache = {str(kept)}
    for path in (old, Path(old).parent, kept):
        os.utime(path, (0, 0))
    downloads.clean(demo, 60)
    assert not Path(old).exists()
    os.utime(Path(old).parent, (0, 0))
    downloads.clean(demo, 60)
    assert not Path(old).parent.exists()
    assert box.temp_files == {new, str(kept)}
    assert Path(new).exists()
    assert kept.exists()


@pytest.mark.slow
def test_a_training_says_it_and_goes_on_later(tmp_path, monkeypatch):
    monkeypatch.setattr("unleash.training.prior_trainer.HELD_OUT", 8)
    torch.manual_seed(0)
    shape = {"channels": 32, "channel_mult": (1,), "num_res_blocks": 1, "attn_resolutions": ()}
    VQGAN(image_size=64, emb_dim=4, codebook_size=16, patch_size=16, **shape).save_pretrained(
        tmp_path / "vqgan"
    )
    run = PriorRun(
        vqgan=tmp_path / "vqgan",
        model={"width": 32, "num_layers": 1, "num_heads": 2},
        pictures=16,
        batch_size=4,
        sample_rows=0,
        steps=1,
    )
    out = tmp_path / "out"
    train_prior(run, out)
    before = everything(out / "checkpoint") | everything(out / "transformer")
    longer = run.model_copy(update={"steps": 2})
    with full_disk(5000), pytest.raises(ValueError, match="checkpoint cannot be written: "):
        train_prior(longer, out)
    assert everything(out / "checkpoint") | everything(out / "transformer") == before
    train_prior(longer, out)
    assert everything(out / "transformer").keys() == {"config.json", "diffusion_pytorch_model.safetensors"}
    assert (out / "transformer" / "config.json").is_file()


def test_a_picture_in_a_file_object_is_the_same(pipe, tmp_path):
    recipe = Recipe(model="m", canvas=TokenCanvas.blank(4, 4, 16), codes=[[1] * 4] * 4)
    image = pipe.render(recipe.result)
    write_png(image, recipe, tmp_path / "a.png")
    with (tmp_path / "b.png").open("wb") as file:
        write_png(image, recipe, file)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
