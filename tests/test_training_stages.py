"""A whole training with one command: what comes out, what travels, and how it goes on."""

import json

import pytest
import torch
import torch.nn.functional as F
import yaml
from typer.testing import CliRunner

from unleash import UnleashPipeline
from unleash.cli import app
from unleash.training.clock import Clock
from unleash.training.meter import Meter, counted
from unleash.training.rehearsal import rehearse
from unleash.training.snapshot import read_snapshot, write_snapshot
from unleash.training.sources import DrawnScenes, FolderPictures
from unleash.training.stages import Plan, presets, read_plan, train_all
from unleash.training.store import PictureStore

TINY = {
    "minutes": 0.3,
    "shares": {"vqgan": 0.3, "prior": 0.3, "preview": 0.2, "large": 0.2, "score": 0},
    "store_gigabytes": 0.001,
    "score_pictures": 16,
    "sample_rows": 0,
    "vqgan": {
        "model": {
            "image_size": 64,
            "channels": 32,
            "channel_mult": [1],
            "num_res_blocks": 1,
            "attn_resolutions": [],
            "emb_dim": 4,
            "codebook_size": 16,
            "patch_size": 16,
            "linear_path": True,
        },
        "batch_size": 2,
        "crops_per_picture": 1,
        "crop": 64,
        "autoencoder_steps": 1,
        "discriminator_start": 0.5,
        "discriminator_scales": 2,
        "discriminator_channels": 8,
        "perceptual_size": 32,
        "log_every": 1,
        "checkpoint_minutes": 0.05,
    },
    "prior": {
        "model": {"width": 32, "num_layers": 1, "num_heads": 2, "tied": True},
        "batch_size": 8,
        "sample_rows": 0,
        "log_every": 1,
    },
    "preview": {
        "shape": {"channels": 32, "channel_mult": [1], "num_res_blocks": 1, "patch_size": 16},
        "batch_size": 2,
    },
    "large": {
        "model": {"large_shape": {"channels": 32, "num_res_blocks": 1}},
        "batch_size": 2,
        "crops_per_picture": 1,
        "crop": 64,
        "discriminator_start": 0.5,
        "perceptual_size": 32,
    },
}


@pytest.fixture(scope="module", autouse=True)
def few_are_held_out():
    """Drawing pictures is what takes the time here."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for trainer in ("vqgan_trainer", "prior_trainer", "preview_trainer"):
            monkeypatch.setattr(f"unleash.training.{trainer}.HELD_OUT", 8)
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A tiny model, trained by the command; its folder, what the command printed, and a snapshot."""
    home = tmp_path_factory.mktemp("stages")
    (home / "plan.yaml").write_text(yaml.safe_dump(TINY), "utf-8")
    arguments = ["train", "all", "--preset", home / "plan.yaml", "--out", home / "model"]
    arguments += ["--snapshot", home / "snapshot"]
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return home / "model", result, home / "snapshot"


def test_one_command_makes_a_model_that_opens_and_is_scored(trained):
    model, result, _ = trained
    pipe = UnleashPipeline.from_pretrained(model)
    assert pipe.transformer.head is None  # tied, as the plan says
    assert pipe(num_inference_steps=2, label="church-day").images[0].size == (64, 64)
    scores = json.loads((model / "scores.json").read_text("utf-8"))
    assert scores["pictures"] == 16
    assert scores["nats"] > 0
    assert json.loads(result.stdout[result.stdout.index("{") :]) == scores
    assert "pictures_per_second" in result.output
    assert "waiting" in result.output
    assert "of_limit" in result.output


def test_the_preview_decoder_is_another_one(trained):
    vqgan = UnleashPipeline.from_pretrained(trained[0]).vqgan
    codes = torch.randint(0, 16, (1, 4, 4), generator=torch.Generator().manual_seed(0))
    small, large = vqgan.decode(codes, detail="preview"), vqgan.decode(codes)
    assert small.shape == large.shape
    assert not torch.equal(small, large)


def test_large_pictures_have_twice_as_many_pixels_a_side(trained):
    vqgan = UnleashPipeline.from_pretrained(trained[0]).vqgan
    codes = torch.randint(0, 16, (1, 4, 4), generator=torch.Generator().manual_seed(0))
    large, full = vqgan.decode(codes, detail="large"), vqgan.decode(codes)
    assert large.shape == (1, 3, 128, 128)
    assert (F.avg_pool2d(large, 2) - full).abs().mean() < 0.1
    assert vqgan.enlarger.blocks[-1].weight.any()  # it was trained


def test_a_snapshot_is_few_small_files_that_a_training_goes_on_from(trained, tmp_path):
    model, _, snapshot = trained
    files = list(snapshot.iterdir())
    assert len(files) <= 8
    assert max(file.stat().st_size for file in files) <= 15 * 2**20
    networks = read_snapshot(snapshot, tmp_path)
    assert set(networks) == {"vqgan", "transformer"}
    wanted = UnleashPipeline.from_pretrained(model).transformer.state_dict()
    result = CliRunner().invoke(app, ["train", "unpack", str(snapshot), "--out", str(tmp_path / "unpacked")])
    assert result.exit_code == 0, result.output
    unpacked = UnleashPipeline.from_pretrained(tmp_path / "unpacked").transformer.state_dict()
    assert all(torch.equal(unpacked[key], wanted[key]) for key in wanted)
    plan = Plan.model_validate(
        TINY
        | {
            "minutes": 0.05,
            "shares": {"vqgan": 0, "prior": 1, "preview": 0, "large": 0, "score": 0},
            "store_gigabytes": 0.0003,
        }
    )
    train_all(plan, tmp_path / "more", resume=snapshot)
    again = UnleashPipeline.from_pretrained(tmp_path / "more").vqgan.state_dict()
    first = UnleashPipeline.from_pretrained(model).vqgan.state_dict()
    assert all(torch.equal(first[key], again[key]) for key in first)


def test_large_networks_are_split(trained, tmp_path, monkeypatch):
    monkeypatch.setattr("unleash.training.snapshot.LARGEST", "1MiB")
    model = trained[0]
    networks = {"vqgan": model / "runs" / "preview" / "vqgan"}
    write_snapshot(networks, tmp_path / "snapshot")
    files = list((tmp_path / "snapshot").glob("*.safetensors"))
    assert len(files) > 1
    assert all(file.stat().st_size < 1.1 * 2**20 for file in files)
    home = read_snapshot(tmp_path / "snapshot", tmp_path / "back")["vqgan"]
    assert (home / "config.json").is_file()


def test_a_killed_training_goes_on_where_it_was(tmp_path, monkeypatch):
    shares = {"vqgan": 0.5, "prior": 0.5, "preview": 0, "large": 0, "score": 0}
    plan = Plan.model_validate(TINY | {"minutes": 0.05, "store_gigabytes": 0.0003, "shares": shares})

    def killed(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("unleash.training.stages.train_prior", killed)
        with pytest.raises(KeyboardInterrupt):
            train_all(plan, tmp_path / "model")
    weights = tmp_path / "model" / "runs" / "vqgan" / "vqgan" / "diffusion_pytorch_model.safetensors"
    first = weights.read_bytes()
    train_all(plan, tmp_path / "model")
    assert weights.read_bytes() == first  # that stage was over
    assert UnleashPipeline.from_pretrained(tmp_path / "model").labels


def test_the_rehearsal_says_what_fits_and_prints_a_plan(monkeypatch):
    monkeypatch.setattr("unleash.training.rehearsal.SECONDS", 0.1)
    monkeypatch.setattr("unleash.training.rehearsal.FEWEST_STEPS", 10**9)
    lines, _, plan = rehearse(Plan.model_validate(TINY)).partition("\n\n")
    assert all(stage in lines for stage in ("vqgan", "prior", "preview", "pictures:", "matrix products:"))
    assert Plan.model_validate(yaml.safe_load(plan)).prior.batch_size == 1


@pytest.mark.parametrize("name", ["one-gpu", "two-cores", "paper"])
def test_the_presets_are_plans(name):
    assert name in presets()
    assert read_plan(name, minutes=5).minutes == 5
    shown = CliRunner().invoke(app, ["train", "all", "--preset", name, "--show", "--out", "x"])
    assert yaml.safe_load(shown.stdout)["prior"]["model"]["width"] > 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--preset", "three-gpus"], "there is no preset three-gpus: expected one-gpu, paper, two-cores"),
        (["--preset", "one-gpu", "--data", "nowhere"], "there is no folder nowhere"),
        (["--preset", "two-cores", "--resume", "nowhere"], "nothing to resume from in nowhere"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(arguments, complaint, tmp_path):
    result = CliRunner().invoke(app, ["train", "all", *arguments, "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_a_store_gives_out_every_picture_before_one_comes_twice():
    with PictureStore(DrawnScenes(64), 64, 12) as store:
        batches = [store.batch(4) for _ in range(3)]
        later = store.batch(64)
    images = torch.cat([images for images, _ in batches])
    assert images.dtype == torch.uint8
    assert images.is_contiguous(memory_format=torch.channels_last)
    wanted = torch.stack([DrawnScenes(64)[position][0] for position in range(12)])
    assert torch.equal(images, wanted)
    assert torch.cat([labels for _, labels in batches]).tolist() == [*range(8), *range(4)]
    assert len(later[0]) == 64
    assert store.full


def test_a_store_mirrors_half_of_its_pictures():
    with PictureStore(DrawnScenes(64), 64, 8, mirrored=True) as store:
        store.wait(8)
        held, _ = store.part(0, 8)
        images, _ = store.batch(8)
    mirrored = [torch.equal(image, one.flip(-1)) for image, one in zip(images, held, strict=True)]
    same = [torch.equal(image, one) for image, one in zip(images, held, strict=True)]
    assert all(a != b for a, b in zip(mirrored, same, strict=True))
    assert 0 < sum(mirrored) < 8


def test_a_store_whose_pictures_cannot_be_read_says_so(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"nothing")
    with (
        PictureStore(FolderPictures(tmp_path, 64, False, 0), 64, 4) as store,
        pytest.raises(ValueError, match="not one picture"),
    ):
        store.batch(1)


def test_a_clock_counts_steps_or_minutes(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("unleash.training.clock.monotonic", lambda: now[0])
    steps = Clock(10)
    steps.step = 5
    assert steps.share == 0.5
    assert steps.passed(5)
    assert steps.passed(0.5)
    assert not steps.passed(0.6)
    minutes = Clock(10, minutes=2)
    minutes.step = 1
    now[0] += 300
    assert minutes.share == 0, "until it starts: building the networks takes nothing from a run"
    minutes.start()
    now[0] += 90
    assert minutes.share == 0.75
    assert not minutes.over
    resumed = Clock(10, minutes=2)
    resumed.load_state_dict(minutes.state_dict())
    now[0] += 30
    assert resumed.over


def test_a_meter_says_what_a_training_makes_of_the_machine():
    a, b = torch.zeros(4, 8), torch.zeros(8, 2)
    product, operations = counted(lambda: a @ b)
    assert product.shape == (4, 2)
    assert operations == 2 * 4 * 8 * 2
    meter = Meter(limit=1e3)
    meter.per_picture = operations
    meter.count(5)
    with meter.waiting():
        pass
    told = meter.read()
    assert told["of_limit"] == pytest.approx(told["pictures_per_second"] * operations / 1e3)
    assert 0 <= told["waiting"] <= 1
