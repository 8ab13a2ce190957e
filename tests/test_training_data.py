"""Pictures to train on: a folder or a data set of any kind, and what is wrong with some of them."""

import itertools

import numpy as np
import pytest
import torch
from PIL import Image

from unleash import VQGAN
from unleash.training.prior_trainer import PriorRun, train_prior
from unleash.training.sources import open_pictures, picture_loader


def picture(value, size=(40, 32), mode="RGB"):
    return Image.new("RGB", size, (value, value, value)).convert(mode)


def stream(pictures, start=0, count=8, workers=1, **shares):
    """The grey values of the first pictures."""
    loader = picture_loader(pictures, start, 2, workers, **shares)
    batches = list(itertools.islice(loader, count // 2))
    return torch.cat([images[:, 0, 0, 0] for images, _ in batches]).tolist()


@pytest.fixture
def folder(tmp_path):
    for label in ("cats", "dogs"):
        (tmp_path / label).mkdir()
    for value in range(20):
        picture(10 * value).save(tmp_path / ("cats", "dogs")[value % 2] / f"{value:02}.png")
    return tmp_path


def test_subfolders_are_labels_and_some_pictures_are_held_out(folder):
    pictures = open_pictures(str(folder), 32)
    assert pictures.labels == ("cats", "dogs")
    held = [int(image[0, 0, 0]) for image, _ in pictures.held_out(5)]
    trained = stream(pictures, count=18)
    assert sorted(trained + held) == [10 * value for value in range(20)]
    for image, label in pictures.held_out(5):
        assert label == int(image[0, 0, 0]) // 10 % 2


def test_a_flat_folder_has_no_labels(tmp_path):
    picture(7).save(tmp_path / "one.png")
    pictures = open_pictures(str(tmp_path), 32)
    assert pictures.labels == ()
    assert pictures[0][0].shape == (3, 32, 32)
    assert pictures[0][0].dtype == torch.uint8


def test_the_stream_goes_on_where_it_was_and_is_shared_out(folder):
    pictures = open_pictures(str(folder), 32, augment=True)
    straight = stream(pictures, count=40)
    assert stream(pictures, start=6, count=34) == straight[6:]
    assert stream(pictures, count=40, workers=2) == straight
    assert straight[:18] != straight[18:36]
    assert stream(pictures, count=8, rank=1, world=2) == straight[1:16:2]


def test_pictures_fit_by_their_short_side(tmp_path):
    wide = np.zeros((32, 96, 3), np.uint8)
    wide[:, 32:64] = 255
    Image.fromarray(wide).save(tmp_path / "wide.png")
    assert open_pictures(str(tmp_path), 32)[0][0].min() == 255
    cuts = open_pictures(str(tmp_path), 32, augment=True)
    assert len({float(cuts[position][0].float().mean()) for position in range(8)}) > 4


def test_every_mode_becomes_rgb(tmp_path):
    for mode, end in [("P", "png"), ("CMYK", "jpg"), ("L", "png"), ("1", "png"), ("LA", "png")]:
        picture(255, mode=mode).save(tmp_path / f"{mode}.{end}")
    Image.fromarray(np.full((32, 32), 65535, np.uint16)).save(tmp_path / "sixteen.png")
    Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    pictures = open_pictures(str(tmp_path), 32)
    for position in range(pictures.size):
        image, _ = pictures[position]
        assert image.shape == (3, 32, 32)
        assert image.min() > 250, pictures.files[position]
    assert not pictures._bad


def test_bad_pictures_are_named_once_and_skipped(folder, caplog):
    good = folder / "cats" / "02.png"
    (folder / "cats" / "truncated.png").write_bytes(good.read_bytes()[:60])
    (folder / "dogs" / "text.png").write_text("no picture at all")
    (folder / "dogs" / "empty.jpg").write_bytes(b"")
    picture(9, size=(4, 4)).save(folder / "dogs" / "tiny.png")
    pictures = open_pictures(str(folder), 32)
    pictures.held_out(5)
    for position in range(3 * pictures.size):
        assert pictures[position][0].shape == (3, 32, 32)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 4
    assert all("\n" not in line for line in lines)
    for name in ("truncated.png", "text.png", "empty.jpg", "tiny.png"):
        assert name in "".join(lines)


def test_where_nothing_is_left_it_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no picture in"):
        open_pictures(str(tmp_path), 32)
    with pytest.raises(ValueError, match="there is no folder"):
        open_pictures(str(tmp_path / "nowhere"), 32)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ValueError, match="not one picture"):
        open_pictures(str(tmp_path), 32).held_out(1)


def test_scenes_fit_any_size():
    pictures = open_pictures("scenes", 64)
    assert pictures[0][0].shape == (3, 64, 64)
    assert pictures.labels[0] == "church-day"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A data set of 140 pictures in two classes, in files as on the Hub; the 130th is broken."""
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    rows = []
    for value in range(140):
        path = tmp_path / f"{value}.png"
        picture(value).save(path)
        rows.append({"bytes": path.read_bytes() if value != 130 else b"broken", "path": path.name})
    features = datasets.Features(
        {"picture": datasets.Image(), "kind": datasets.ClassLabel(names=["even", "odd"])}
    )
    table = datasets.Dataset.from_dict(
        {"picture": rows, "kind": [value % 2 for value in range(140)]}, features=features
    )
    (tmp_path / "set").mkdir()
    table.to_parquet(tmp_path / "set" / "train.parquet")
    return f"hf:{tmp_path / 'set'}"


def test_a_data_set_of_the_hub_streams(hub, caplog):
    pictures = open_pictures(hub, 32, augment=True, seed=3)
    assert pictures.labels == ("even", "odd")
    held = pictures.held_out(4)
    assert [(int(image[0, 0, 0]), label) for image, label in held] == [(0, 0), (1, 1), (2, 0), (3, 1)]
    source = pictures.dataset(0, 0, 1)["dataset"]
    values = [int(image[0, 0, 0]) for image, _ in itertools.islice(source, 36)]
    assert set(values) == set(range(128, 140)) - {130}
    assert values[:12] != values[12:24]
    resumed = pictures.dataset(7, 0, 1)["dataset"]
    assert [int(image[0, 0, 0]) for image, _ in itertools.islice(resumed, 29)] == values[7:]
    assert "130.png" in caplog.text
    straight = stream(pictures, count=24)
    assert stream(pictures, start=14, count=10) == straight[14:]
    halves = [pictures.dataset(0, rank, 2)["dataset"] for rank in range(2)]
    seen = [int(image[0, 0, 0]) for half in halves for image, _ in itertools.islice(half, 6)]
    assert set(seen) == set(values)


def test_a_data_set_without_pictures_is_refused(tmp_path):
    datasets = pytest.importorskip("datasets")
    datasets.Dataset.from_dict({"text": ["a", "b"]}).to_parquet(tmp_path / "train.parquet")
    with pytest.raises(ValueError, match="no image column; its columns: text"):
        open_pictures(f"hf:{tmp_path}", 32)


def test_a_prior_of_pictures_without_labels(tmp_path):
    (tmp_path / "pictures").mkdir()
    for value in range(12):
        picture(20 * value, size=(64, 64)).save(tmp_path / "pictures" / f"{value}.png")
    VQGAN(64, 32, (1,), 1, (), 4, 16, 16).save_pretrained(tmp_path / "vqgan")
    model = {"width": 32, "num_layers": 1, "num_heads": 2}
    run = PriorRun(
        vqgan=tmp_path / "vqgan", model=model, data=str(tmp_path / "pictures"), steps=1, batch_size=4
    )
    train_prior(run, tmp_path / "run")
    assert Image.open(tmp_path / "run" / "samples-000001.png").size == (8 * 32, 32)
