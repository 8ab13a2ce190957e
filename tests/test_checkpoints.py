"""What `convert` and `resolve` refuse, and that they then leave nothing behind."""

import json
import os
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from unleash import BidirectionalTransformer, UnleashPipeline
from unleash.images.codebook import load_thumbnails
from unleash.models.checkpoints import read
from unleash.models.conversion import convert
from unleash.models.families.absorbing.paper import read_transformer, read_vqgan
from unleash.models.folders import CheckpointError, resolve
from unleash.models.protocol import Options
from unleash.models.thumbnails import thumbnails

PARITY = Path(__file__).parent / "fixtures" / "parity"
VQGAN_FILE = PARITY / "vqgan_ema_0.th"
ABSORBING_FILE = PARITY / "absorbing_ema_0.th"
WEIGHTS = "diffusion_pytorch_model.safetensors"


def load(file):
    return torch.load(file, weights_only=True)


@pytest.fixture
def edited(tmp_path):
    """Saves a state dict with some tensors replaced (None: left out), and gives the file."""

    def edit(file, changes):
        state = load(file) | changes
        torch.save({key: value for key, value in state.items() if value is not None}, tmp_path / file.name)
        return tmp_path / file.name

    return edit


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("converted") / "model"
    convert(VQGAN_FILE, ABSORBING_FILE, folder, heads=4, image_size=64)
    return folder


def refused(match, out, vqgan=VQGAN_FILE, absorbing=ABSORBING_FILE, heads=4, image_size=64):
    """Converting raises, names what is wrong, and leaves nothing in the parent of ``out``."""
    before = sorted(out.parent.rglob("*"))
    with pytest.raises(CheckpointError, match=match) as error:
        convert(vqgan, absorbing, out, heads=heads, image_size=image_size)
    assert "\n" not in str(error.value)
    assert sorted(out.parent.rglob("*")) == before


def test_what_the_codes_look_like_is_made_once(converted):
    pipe = UnleashPipeline.from_pretrained(converted)
    kept = load_thumbnails(converted, pipe.vqgan.config["codebook_size"])
    assert (kept - thumbnails(pipe.vqgan)).abs().mean() < 0.006  # between two codes it is 0.03


def test_architecture_is_read_off_the_shapes(converted):
    hyper = json.loads((PARITY / "config.json").read_text())
    pipe = UnleashPipeline.from_pretrained(converted)
    vqgan, transformer = pipe.vqgan.config, pipe.transformer.config
    assert vqgan.image_size == hyper["img_size"]
    assert vqgan.channels == hyper["nf"]
    assert list(vqgan.channel_mult) == hyper["ch_mult"]
    assert vqgan.num_res_blocks == hyper["res_blocks"]
    assert list(vqgan.attn_resolutions) == hyper["attn_resolutions"]
    assert vqgan.emb_dim == hyper["emb_dim"]
    assert vqgan.codebook_size == transformer.codebook_size == hyper["codebook_size"]
    assert pipe.scheduler.config.codebook_size == hyper["codebook_size"]
    assert transformer.width == hyper["bert_n_emb"]
    assert transformer.num_layers == hyper["bert_n_layers"]
    assert transformer.num_heads == hyper["bert_n_head"]
    assert transformer.grid_size**2 == hyper["block_size"]


def test_only_what_inference_needs_is_kept(converted):
    keys = (
        load_file(converted / "vqgan" / WEIGHTS).keys()
        | load_file(converted / "transformer" / WEIGHTS).keys()
    )
    assert not any(
        word in key for key in keys for word in ("disc", "perceptual", "logsigma", "history", "start")
    )
    assert "encoder.blocks.4.conv_out.weight" in keys  # 32 to 64 channels
    assert "encoder.blocks.5.conv_out.weight" not in keys  # 64 to 64


def test_what_inference_does_not_need_may_be_missing(edited):
    changes = dict.fromkeys(load(VQGAN_FILE).keys())
    unused = {
        key: None for key in changes if key.startswith(("disc.", "perceptual.", "ae.generator.logsigma."))
    }
    assert len(unused) > 10
    read_vqgan(read(edited(VQGAN_FILE, unused)), Options(image_size=64))
    without = edited(ABSORBING_FILE, {"_denoise_fn.start_tok": None, "Lt_history": None})
    read_transformer(read(without), Options(heads=4))


def test_float16_files_become_float32(edited):
    state = load(ABSORBING_FILE)
    model = read_transformer(
        read(edited(ABSORBING_FILE, {key: value.half() for key, value in state.items()})), Options(heads=4)
    )
    assert {value.dtype for value in model.state_dict().values()} == {torch.float32}


VQGAN_KEYS = [
    "ae.encoder.blocks.0.weight",
    "ae.encoder.blocks.1.conv1.weight",
    "ae.encoder.blocks.3.conv.weight",
    "ae.encoder.blocks.4.conv_out.bias",
    "ae.encoder.blocks.5.conv_out.weight",  # dropped, yet part of the format
    "ae.encoder.blocks.8.q.weight",
    "ae.encoder.blocks.15.bias",
    "ae.generator.blocks.0.weight",
    "ae.generator.blocks.14.weight",
]
TRANSFORMER_KEYS = [
    "_denoise_fn.tok_emb.weight",
    "_denoise_fn.pos_emb",
    "_denoise_fn.head.weight",
    "_denoise_fn.ln_f.bias",
    "_denoise_fn.blocks.0.ln1.weight",
    "_denoise_fn.blocks.1.attn.query.weight",
    "_denoise_fn.blocks.2.mlp.2.bias",
]


@pytest.mark.parametrize("key", VQGAN_KEYS)
def test_autoencoder_with_a_missing_or_misshapen_key(key, edited, tmp_path):
    longer = torch.cat([load(VQGAN_FILE)[key]] * 2)
    for changes in ({key: None}, {key: longer}):
        refused(key, tmp_path / "out", vqgan=edited(VQGAN_FILE, changes))


@pytest.mark.parametrize("key", TRANSFORMER_KEYS)
def test_transformer_with_a_missing_or_misshapen_key(key, edited, tmp_path):
    longer = torch.cat([load(ABSORBING_FILE)[key]] * 2, dim=-1)
    for changes in ({key: None}, {key: longer}):
        refused(key, tmp_path / "out", absorbing=edited(ABSORBING_FILE, changes))


@pytest.mark.parametrize(
    ("file", "key"),
    [
        (VQGAN_FILE, "ae.encoder.blocks.16.weight"),
        (VQGAN_FILE, "ae.encoder.blocks.3.conv1.weight"),
        (VQGAN_FILE, "surprise"),
        (ABSORBING_FILE, "_denoise_fn.blocks.7.attn.query.weight"),
        (ABSORBING_FILE, "_denoise_fn.label_emb.weight"),
    ],
)
def test_an_extra_key(file, key, edited, tmp_path):
    which = "vqgan" if file is VQGAN_FILE else "absorbing"
    refused(key, tmp_path / "out", **{which: edited(file, {key: torch.zeros(64, 64)})})


@pytest.mark.parametrize("value", [torch.zeros(64, dtype=torch.long), {"nested": torch.zeros(3)}, 3.0])
def test_a_value_that_is_no_tensor_of_floats(value, edited, tmp_path):
    changes = {"_denoise_fn.ln_f.bias": value}
    refused("_denoise_fn.ln_f.bias", tmp_path / "out", absorbing=edited(ABSORBING_FILE, changes))


class Trap:
    def __reduce__(self):
        return os.system, ("touch sprung",)


def test_code_in_a_file_is_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save(load(VQGAN_FILE) | {"trap": Trap()}, tmp_path / "trap.th")
    refused(r"contains code \(posix.system\)", tmp_path / "out", vqgan=tmp_path / "trap.th")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("content", [b"", b"no weights", b"\x80\x04K\x01.", VQGAN_FILE.read_bytes()[:9999]])
def test_no_torch_file(content, tmp_path):
    (tmp_path / "file.th").write_bytes(content)
    refused("not a complete torch file", tmp_path / "out", vqgan=tmp_path / "file.th")


def test_a_tensor_is_no_state_dict(tmp_path):
    torch.save(torch.zeros(3), tmp_path / "file.th")
    refused("contains a Tensor", tmp_path / "out", vqgan=tmp_path / "file.th")


def test_no_file_at_all(tmp_path):
    refused("nowhere.th cannot be opened", tmp_path / "out", absorbing=tmp_path / "nowhere.th")
    refused("cannot be opened", tmp_path / "out", absorbing=PARITY)


def test_swapped_files(tmp_path):
    refused("are they swapped", tmp_path / "out", vqgan=ABSORBING_FILE, absorbing=VQGAN_FILE)
    refused("are they swapped", tmp_path / "out", absorbing=VQGAN_FILE)


def test_codebooks_of_different_size(edited, tmp_path):
    book = load(VQGAN_FILE)["ae.quantize.embedding.weight"]
    smaller = edited(VQGAN_FILE, {"ae.quantize.embedding.weight": book[:100]})
    refused(
        "do not fit.*vqgan_ema_0.th has 100 codes.*absorbing_ema_0.th 128", tmp_path / "out", vqgan=smaller
    )


def test_grids_of_different_size(tmp_path):
    refused("do not fit.*64×64 cells.*16×16; image size 64", tmp_path / "out", image_size=256)


@pytest.mark.parametrize(
    ("number", "value"), [("heads", 3), ("heads", 0), ("image_size", 62), ("image_size", 0)]
)
def test_impossible_numbers(number, value, tmp_path):
    refused(str(value), tmp_path / "out", **{number: value})


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    refused("already exists", tmp_path / "out")
    refused("already exists", tmp_path / "out" / "notes.txt")


def test_an_empty_folder_and_new_parents_are_fine(tmp_path):
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "empty", tmp_path / "new" / "deep"):
        convert(VQGAN_FILE, ABSORBING_FILE, out, heads=4, image_size=64)
        assert resolve(out) == out
        assert [path.name for path in out.parent.iterdir() if path.name.startswith(".")] == []


def test_a_save_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(BidirectionalTransformer, "save_pretrained", fail)
    with pytest.raises(ValueError, match="out cannot be written: disk full"):
        convert(VQGAN_FILE, ABSORBING_FILE, tmp_path / "out", heads=4, image_size=64)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def copy(converted, tmp_path):
    return Path(shutil.copytree(converted, tmp_path / "copy"))


def test_resolve_takes_a_whole_folder(copy):
    assert resolve(copy) == copy
    assert resolve(str(copy)) == copy


def test_resolve_names_what_a_folder_lacks(copy):
    (copy / "vqgan" / WEIGHTS).unlink()
    with pytest.raises(CheckpointError, match=f"vqgan lacks {WEIGHTS}"):
        resolve(copy)
    (copy / "model_index.json").unlink()
    with pytest.raises(CheckpointError, match=r"no model_index.json.*unleash convert"):
        resolve(copy)


def test_resolve_compares_weights_with_configuration(copy):
    file = copy / "transformer" / WEIGHTS
    tensors = load_file(file)
    save_file({key: value for key, value in tensors.items() if key != "norm.bias"}, file)
    with pytest.raises(CheckpointError, match=r"has no norm\.bias"):
        resolve(copy)
    save_file(tensors | {"norm.bias": torch.zeros(5)}, file)
    with pytest.raises(CheckpointError, match=r"norm.bias of shape \(5,\); expected \(64,\)"):
        resolve(copy)
    file.write_bytes(b"\0" * 100)
    with pytest.raises(CheckpointError, match="transformer cannot be read"):
        resolve(copy)


@pytest.mark.parametrize("config", ["no json", "[]", '{"width": 30, "num_heads": -1}', '{"num_layers": "x"}'])
def test_resolve_reads_no_broken_configuration(config, copy):
    (copy / "transformer" / "config.json").write_text(config)
    with pytest.raises(CheckpointError, match="transformer"):
        resolve(copy)


@pytest.mark.parametrize("model", ["nowhere", "./nowhere/at/all", "/nowhere", "../no/where"])
def test_resolve_takes_no_mistyped_path_for_a_hub_id(model):
    with pytest.raises(CheckpointError, match="no folder"):
        resolve(model)


@pytest.fixture
def official(tmp_path):
    """A pair with every key and shape of the paper's full-size files, its weights at random."""
    manifest = json.loads((PARITY / "official_manifest.json").read_text())
    torch.manual_seed(0)
    for pattern, shapes in manifest.items():
        if isinstance(shapes, dict):
            state = {key: torch.randn(shape) * 0.02 for key, shape in shapes.items()}
            torch.save(state, tmp_path / pattern.replace("<step>", "1"))
    return tmp_path


@pytest.mark.slow
def test_the_official_shapes_convert_load_and_generate(official, monkeypatch):
    # Decoding every code takes this one most of a minute; the small pair's are looked at above.
    monkeypatch.setattr("unleash.models.conversion.thumbnails", lambda _: torch.zeros(1024, 3, 8, 8))
    convert(official / "vqgan_ema_1.th", official / "absorbing_ema_1.th", official / "model")
    pipe = UnleashPipeline.from_pretrained(official / "model")
    assert sum(weight.numel() for weight in pipe.transformer.parameters()) == pytest.approx(77e6, rel=0.01)
    assert (pipe.transformer.config.num_layers, pipe.transformer.config.grid_size) == (24, 16)
    assert pipe.vqgan.config.channel_mult == [1, 1, 2, 2, 4]
    out = pipe(num_inference_steps=2, seed=0)
    assert out.images[0].size == (256, 256)
    assert out.canvases[0].codes.shape == (16, 16)
