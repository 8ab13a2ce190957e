"""Trainings a person relies on: they go on with the same numbers, and so for every kind of data."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from accelerate.state import AcceleratorState
from safetensors.torch import load_file
from typer.testing import CliRunner

from unleash import VQGAN, BidirectionalTransformer, UnleashPipeline
from unleash.cli import app
from unleash.scenes import LABELS
from unleash.training.augment import diff_augment
from unleash.training.bundle import bundle, score
from unleash.training.checkpoint import Checkpoint
from unleash.training.code_cache import cached_batches, encode, repeated
from unleash.training.prior_trainer import PriorRun, PriorTrainer, train_prior
from unleash.training.run import read_run
from unleash.training.sources import DrawnScenes
from unleash.training.vqgan_trainer import Autoencoder, VQGANRun, train_vqgan

TINY = {
    "image_size": 64,
    "channels": 32,
    "channel_mult": (1,),
    "num_res_blocks": 1,
    "attn_resolutions": (),
    "emb_dim": 4,
    "codebook_size": 16,
    "patch_size": 16,
}
SMALL = {"width": 32, "num_layers": 1, "num_heads": 2, "dropout": 0.1}
SHIPPED = Path(__file__).parents[1] / "weights" / "scenes" / "training"


@pytest.fixture(autouse=True)
def few_are_held_out(monkeypatch):
    """Drawing pictures is what takes the time here."""
    monkeypatch.setattr("unleash.training.prior_trainer.HELD_OUT", 8)
    monkeypatch.setattr("unleash.training.vqgan_trainer.HELD_OUT", 8)


@pytest.fixture(scope="module")
def vqgan(tmp_path_factory):
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("vqgan") / "vqgan"
    VQGAN(**TINY).save_pretrained(folder)
    return folder


def saved_prior(folder):
    """A prior of the drawn scenes' labels for the VQGAN of these tests."""
    BidirectionalTransformer(16, 4, **SMALL, label_names=LABELS).save_pretrained(folder)
    return folder


def killed_after_the_first_checkpoint(train, run, out, monkeypatch):
    """Trains until a checkpoint is whole, and no further."""
    save = Checkpoint.save

    def save_and_die(self):
        save(self)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoint, "save", save_and_die)
        with pytest.raises(KeyboardInterrupt):
            train(run, out)


def same_weights(one, other):
    first, second = (load_file(path / "diffusion_pytorch_model.safetensors") for path in (one, other))
    return first.keys() == second.keys() and all(torch.equal(first[key], second[key]) for key in first)


@pytest.mark.parametrize("quantizer", ["nearest", "gumbel"])
def test_a_vqgan_killed_and_resumed_is_the_one_trained_straight(quantizer, tmp_path, monkeypatch):
    run = VQGANRun(
        model=TINY,
        batch_size=2,
        crops_per_picture=1,
        crop=64,
        autoencoder_steps=1,
        discriminator_start=1,
        quantizer=quantizer,
        checkpoint_every=2,
        steps=4,
    )
    train_vqgan(run, tmp_path / "straight")
    killed_after_the_first_checkpoint(train_vqgan, run, tmp_path / "killed", monkeypatch)
    train_vqgan(run, tmp_path / "killed")
    assert same_weights(tmp_path / "straight" / "vqgan", tmp_path / "killed" / "vqgan")
    codes = VQGAN.from_pretrained(tmp_path / "killed" / "vqgan").encode(torch.rand(1, 3, 64, 64))
    assert codes.shape == (1, 4, 4)


def test_pictures_of_a_label_come_as_often_an_epoch_as_asked():
    codes, labels = repeated(torch.arange(6)[:, None], torch.tensor([0, 1, 2, 0, 1, 2]), [1, 3, 2])
    batches = cached_batches(codes, labels, 4, seed=0, start=0)
    epoch = [next(batches) for _ in range(3)]
    seen = torch.cat([kept for kept, _ in epoch]).flatten()
    assert seen.bincount().tolist() == [1, 3, 2, 1, 3, 2]
    assert torch.equal(torch.cat([names for _, names in epoch]), seen % 3)


def test_a_repeated_label_must_be_one_of_the_data_and_its_codes_kept(vqgan, tmp_path):
    arguments = {"vqgan": vqgan, "model": SMALL, "pictures": 16, "steps": 1, "batch_size": 8}
    train_prior(PriorRun(**arguments, repeats={"church-dusk": 3}), tmp_path / "out")
    with pytest.raises(ValueError, match="no label church-noon; the labels are church-day, "):
        train_prior(PriorRun(**arguments, repeats={"church-noon": 2}), tmp_path / "unknown")
    with pytest.raises(ValueError, match="repeats need cached codes"):
        train_prior(PriorRun(**arguments, repeats={"church-dusk": 2}, codes="fresh"), tmp_path / "fresh")
    with pytest.raises(ValueError, match="repeats"):
        PriorRun(**arguments, repeats={"church-dusk": 0})


@pytest.mark.parametrize("codes", ["cached", "fresh"])
def test_a_prior_killed_and_resumed_is_the_one_trained_straight(codes, vqgan, tmp_path, monkeypatch):
    run = PriorRun(
        vqgan=vqgan, model=SMALL, codes=codes, pictures=24, steps=4, batch_size=4, checkpoint_every=2
    )
    train_prior(run, tmp_path / "straight")
    killed_after_the_first_checkpoint(train_prior, run, tmp_path / "killed", monkeypatch)
    train_prior(run, tmp_path / "killed")
    assert same_weights(tmp_path / "straight" / "transformer", tmp_path / "killed" / "transformer")


def test_kept_codes_are_each_used_once_an_epoch_and_shared_between_processes():
    codes, labels = torch.arange(12)[:, None], torch.zeros(12)
    streams = [cached_batches(codes, labels, 2, seed=0, start=0, rank=rank, world=2) for rank in range(2)]
    epoch = [next(stream)[0] for _ in range(3) for stream in streams]
    assert sorted(torch.cat(epoch).flatten().tolist()) == list(range(12))
    resumed = cached_batches(codes, labels, 2, seed=0, start=4, rank=1, world=2)
    next(streams[1])
    assert torch.equal(next(resumed)[0], next(streams[1])[0])
    with pytest.raises(ValueError, match="batch_size"):
        next(cached_batches(codes, labels, 16, seed=0, start=0))


@pytest.mark.parametrize("codes", ["cached", "fresh"])
def test_a_training_can_begin_where_another_one_ended(codes, vqgan, tmp_path, monkeypatch):
    learned = []
    step = PriorTrainer.train_step
    monkeypatch.setattr(
        PriorTrainer,
        "train_step",
        lambda self, batch, logged: learned.append(batch) or step(self, batch, logged),
    )
    run = PriorRun(vqgan=vqgan, model=SMALL, codes=codes, pictures=8, first_picture=8, steps=1, batch_size=8)
    train_prior(run, tmp_path / "prior")
    later = torch.stack([DrawnScenes(64)[8 + position][0] for position in range(8)])
    grids = encode(VQGAN.from_pretrained(vqgan), later).tolist()
    tokens, _, rows, columns, wanted, _ = learned[0]
    assert sorted(tokens.index_put((rows, columns), wanted).tolist()) == sorted(grids)


def test_the_autoregressive_baseline_trains_and_is_sampled_row_by_row(vqgan, tmp_path):
    file = tmp_path / "prior.yaml"
    described = {"vqgan": str(vqgan), "model": SMALL, "pictures": 16, "steps": 2, "batch_size": 8}
    file.write_text(yaml.safe_dump(described))
    out = tmp_path / "run"
    result = CliRunner().invoke(app, ["train", "prior", str(file), "--out", str(out), "--autoregressive"])
    assert result.exit_code == 0, result.output
    assert read_run(PriorRun, out / "run.yaml").autoregressive
    bundle(vqgan, out / "transformer", tmp_path / "model")
    pipe = UnleashPipeline.from_pretrained(tmp_path / "model")
    assert pipe.transformer.config.causal
    pipe.set_progress_bar_config(disable=True)
    revealed = [step.revealed.flatten().argmax() for step in pipe.stream()]
    assert revealed == list(range(16))
    for impossible in ({"num_inference_steps": 15}, {"num_inference_steps": 16, "reveal_order": "halton"}):
        with pytest.raises(ValueError, match="from left to right"):
            pipe(**impossible)
    assert score(pipe, DrawnScenes(pipe.vqgan.config["image_size"]), 16).nats > 0


def test_a_causal_transformer_sees_nothing_of_a_cell_or_of_later_ones():
    torch.manual_seed(0)
    model = BidirectionalTransformer(16, 4, 32, 2, 2, causal=True).eval()
    tokens = torch.randint(0, 16, (1, 16))
    changed = tokens.clone()
    changed[0, 5] = (tokens[0, 5] + 1) % 16
    with torch.no_grad():
        one, other = model(tokens), model(changed)
    assert torch.equal(one[:, :6], other[:, :6])
    assert not torch.allclose(one[:, 6], other[:, 6])


def test_the_forms_of_the_elbo_train(vqgan, tmp_path):
    for loss in ("elbo", "reweighted_elbo"):
        run = PriorRun(vqgan=vqgan, model=SMALL, pictures=16, steps=1, batch_size=8, loss=loss, sample_rows=0)
        train_prior(run, tmp_path / loss)
        assert not list((tmp_path / loss).glob("samples-*.png"))


def test_masks_of_regions_train_and_are_refused_where_the_loss_is_of_others(vqgan, tmp_path):
    arguments = {"vqgan": vqgan, "model": SMALL, "pictures": 16, "steps": 1, "batch_size": 8, "regions": 0.5}
    train_prior(PriorRun(**arguments), tmp_path / "out")
    with pytest.raises(ValueError, match="regions need the loss mlm"):
        train_prior(PriorRun(**arguments, loss="elbo"), tmp_path / "refused")


def test_a_prior_is_carried_over_to_another_codebook(vqgan, tmp_path):
    torch.manual_seed(1)
    VQGAN(**TINY | {"codebook_size": 24}).save_pretrained(tmp_path / "vqgan")
    bundle(vqgan, saved_prior(tmp_path / "old"), tmp_path / "model")
    arguments = ["--model", tmp_path / "model", "--vqgan", tmp_path / "vqgan", "--out", tmp_path / "new"]
    result = CliRunner().invoke(app, ["train", "translate", "--pictures", "16", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    run = PriorRun(vqgan=tmp_path / "vqgan", warm_start=tmp_path / "new", pictures=16, steps=1, batch_size=8)
    train_prior(run, tmp_path / "run")
    after = BidirectionalTransformer.from_pretrained(tmp_path / "run" / "transformer")
    assert after.config.codebook_size == 24


def test_what_does_not_fit_is_refused_before_the_training(vqgan, tmp_path):
    BidirectionalTransformer(8, 4, 32, 1, 2).save_pretrained(tmp_path / "other")
    run = PriorRun(vqgan=vqgan, warm_start=tmp_path / "other", steps=1)
    with pytest.raises(ValueError, match="8 codes, the VQGAN 16"):
        train_prior(run, tmp_path / "out")
    with pytest.raises(ValueError, match=r"no network in .*nowhere"):
        train_prior(PriorRun(vqgan=tmp_path / "nowhere", steps=1), tmp_path / "out")
    with pytest.raises(ValueError, match=r"no network in .*nowhere"):
        train_vqgan(VQGANRun(warm_start=tmp_path / "nowhere", steps=1), tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("stepz: 3", "stepz"),
        ("steps: [", "not valid YAML"),
        ("- 1", "keys and values"),
        ("steps: 0", "steps"),
    ],
)
def test_a_wrong_run_file_is_said_in_one_line(text, complaint, tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text(text)
    result = CliRunner().invoke(app, ["train", "vqgan", str(file), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert complaint in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_the_flag_goes_before_the_file(tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text("data: hf:food\nmixed_precision: no\n")
    assert read_run(VQGANRun, file).data == "hf:food"
    assert read_run(VQGANRun, file, data="scenes").data == "scenes"
    assert read_run(VQGANRun, file, data=None).mixed_precision == "no"


def test_the_run_files_that_ship_are_read():
    files = sorted(SHIPPED.glob("*.yaml"))
    assert {file.stem for file in files} >= {"vqgan", "prior"}
    for file in files:
        kind = PriorRun if file.stem.startswith("prior") else VQGANRun
        assert read_run(kind, file).data == "scenes"


def test_training_in_bfloat16_leaves_float32_weights(vqgan, tmp_path):
    AcceleratorState._reset_state(reset_partial_state=True)
    try:
        run = PriorRun(vqgan=vqgan, model=SMALL, pictures=8, steps=1, batch_size=8, mixed_precision="bf16")
        train_prior(run, tmp_path)
    finally:
        AcceleratorState._reset_state(reset_partial_state=True)
    weights = load_file(tmp_path / "transformer" / "diffusion_pytorch_model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}


def test_a_checkpoint_that_holds_the_vqgan_by_itself_is_taken():
    one, other = VQGAN(**TINY), VQGAN(**TINY)
    Autoencoder(other).load_state_dict(one.state_dict())
    assert torch.equal(one.encoder.blocks[0].weight, other.encoder.blocks[0].weight)
    wrapped = Autoencoder(other)
    wrapped.load_state_dict(wrapped.state_dict())


def test_the_augmentation_changes_every_picture_its_own_way_and_passes_gradients():
    torch.manual_seed(0)
    images = torch.rand(1, 3, 32, 32).repeat(4, 1, 1, 1).requires_grad_()
    seen = diff_augment(images)
    assert seen.shape == images.shape
    assert not torch.allclose(seen[0], seen[1])
    assert (seen == 0).all(1).any()  # something is cut out
    seen.sum().backward()
    assert (images.grad != 0).flatten(1).any(1).all()


TOGETHER = """
import sys
import torch
from pathlib import Path
from unleash.training.prior_trainer import PriorRun, PriorTrainer
from unleash.training.run import read_run
from unleash.training.vqgan_trainer import VQGANRun, VQGANTrainer

for name, kind, trainer in (("vqgan", VQGANRun, VQGANTrainer), ("prior", PriorRun, PriorTrainer)):
    folder = Path(sys.argv[1])
    training = trainer(read_run(kind, folder / f"{name}.yaml"), folder / name)
    training.accelerator.end_training = lambda: None  # the processes have more to say to each other
    training.train()
    network = training.vqgan if name == "vqgan" else training.transformer
    weights = torch.cat([tensor.flatten() for tensor in network.parameters()])
    optimizer = training.optimizer if name == "vqgan" else training.optimizers[0]
    rates = [group["lr"] for group in optimizer.param_groups]
    both = training.accelerator.gather(weights[None])
    assert len(both) == 2, "not two processes"
    assert torch.equal(both[0], both[1]), f"two {name} networks"
    assert rates == [0.0], rates
torch.distributed.destroy_process_group()  # else its threads may abort the interpreter on its way out
"""


@pytest.mark.slow
@pytest.mark.parametrize("quantizer", ["nearest", "gumbel"])
def test_two_processes_train_one_network(quantizer, vqgan, tmp_path):
    """Gradients, codebook and learning rate are shared: else the networks would drift apart."""
    runs = {
        "vqgan": {
            "model": TINY | {"channel_mult": [1], "attn_resolutions": []},
            "batch_size": 2,
            "crop": 64,
            "autoencoder_steps": 1,
            "discriminator_start": 1,
            "quantizer": quantizer,
        },
        "prior": {"vqgan": str(vqgan), "model": SMALL, "pictures": 16, "batch_size": 4, "sample_rows": 0},
    }
    for name, run in runs.items():
        described = run | {"steps": 3, "checkpoint_every": 2, "log_every": 1}
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(described))
    script = tmp_path / "together.py"
    script.write_text(TOGETHER)
    launch = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--local_addr=localhost",
        "--nproc_per_node=2",
    ]
    environment = os.environ | {"ACCELERATE_USE_CPU": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*launch, script, tmp_path], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    for name in runs:
        assert len(list((tmp_path / name / "checkpoint").glob("random_states_*.pkl"))) == 2
