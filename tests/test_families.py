"""What the original code of every public family computed, from files in its own format (see fixtures)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from unleash import Settings, UnleashPipeline
from unleash.models.checkpoints import Checkpoint, CheckpointError, read
from unleash.models.conversion import convert
from unleash.models.families import families
from unleash.models.families.halton.llamagen import read_tokenizer
from unleash.models.families.halton.maskgit import HEADS, read_transformer
from unleash.models.imagenet import imagenet_labels
from unleash.models.known import KNOWN
from unleash.models.protocol import Options

FIXTURES = Path(__file__).parent / "fixtures"
CHURCHES = FIXTURES / "parity-hub-churches"
HALTON = FIXTURES / "parity-halton"
WEIGHTS = "diffusion_pytorch_model.bin"


def expected_of(folder):
    with np.load(folder / "expected.npz") as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays}


def opened(folder):
    """The pipeline, its convolutions adding up as the original's do, so that near ties go alike."""
    pipe = UnleashPipeline.from_pretrained(folder)
    pipe.vqgan.to(memory_format=torch.contiguous_format)
    return pipe


@pytest.fixture(scope="module")
def churches(tmp_path_factory):
    folder = tmp_path_factory.mktemp("churches") / "model"
    convert(CHURCHES / "vae" / WEIGHTS, CHURCHES / "transformer" / WEIGHTS, folder)
    return opened(folder)


@pytest.fixture(scope="module")
def halton(tmp_path_factory):
    folder = tmp_path_factory.mktemp("halton") / "model"
    convert(HALTON / "vq_ds16_c2i.pt", HALTON / "ImageNet_256_tiny.pth", folder, heads=6)
    return opened(folder)


@torch.no_grad()
def test_the_churches_on_the_hub_give_the_papers_logits(churches):
    expected = expected_of(CHURCHES)
    logits = churches.logits(expected["tokens"].view(-1, 16, 16))
    torch.testing.assert_close(logits, expected["logits"], atol=1e-4, rtol=0)


@torch.no_grad()
def test_the_churches_on_the_hub_give_the_papers_codes_and_pixels(churches):
    expected = expected_of(CHURCHES)
    assert torch.equal(churches.vqgan.encode(expected["images"]), expected["codes"])
    pixels = churches.vqgan.decode(expected["decode_codes"])
    torch.testing.assert_close(pixels, expected["decoded"].clamp(0, 1), atol=1e-4, rtol=0)


@torch.no_grad()
def test_halton_gives_the_originals_logits_but_that_of_the_mask_token(halton):
    expected = expected_of(HALTON)
    for tokens, label, wanted, plain in zip(
        expected["tokens"],
        expected["labels"],
        expected["logits"],
        expected["logits_without_label"],
        strict=True,
    ):
        name = imagenet_labels()[label]
        logits = halton.logits(tokens[None], name)[0]
        torch.testing.assert_close(logits, wanted[:, :-1], atol=1e-4, rtol=0)
        torch.testing.assert_close(halton.logits(tokens[None])[0], plain[:, :-1], atol=1e-4, rtol=0)


@torch.no_grad()
def test_halton_gives_the_originals_codes_and_pixels(halton):
    """Its pixels are in [-1, 1]; ours, whatever the family, in [0, 1]."""
    expected = expected_of(HALTON)
    assert torch.equal(halton.vqgan.encode((expected["images"] + 1) / 2), expected["codes"])
    pixels = halton.vqgan.decode(expected["decode_codes"])
    wanted = ((expected["decoded"] + 1) / 2).clamp(0, 1)
    torch.testing.assert_close(pixels, wanted, atol=1e-4, rtol=0)


def test_guidance_weight_w_of_halton_is_our_scale_1_plus_w(halton):
    expected = expected_of(HALTON)
    label, canvas = imagenet_labels()[expected["labels"][0]], halton.blank()
    canvas = canvas.from_codes(expected["tokens"][0].numpy().clip(max=95), 96)
    cell, weight = (3, 5), 0.5
    hidden = torch.from_numpy(canvas.codes)[None].clone()
    hidden[0, 3, 5] = 96
    with_label, without = (halton.logits(hidden, name)[0, 3 * 16 + 5] for name in (label, None))
    wanted = ((1 + weight) * with_label - weight * without).softmax(-1)
    seen = halton.inspect_cell(canvas, cell, top=96, label=label, guidance_scale=1 + weight)
    np.testing.assert_allclose(seen.probabilities, wanted[list(seen.codes)].numpy(), atol=1e-5)


def test_the_labels_of_imagenet(halton):
    names = imagenet_labels()
    assert len({name.casefold() for name in names}) == 1000
    known = {0: "tench", 207: "golden retriever", 497: "church", 663: "monastery", 999: "toilet tissue"}
    assert {index: names[index] for index in known} == known
    assert halton.labels[:4] == ("church", "monastery", "palace", "castle")
    assert sorted(halton.labels) == sorted(names)
    with pytest.raises(ValueError, match=r"no label 'chapel'; its labels are church, monastery,.* 988 more"):
        halton(label="chapel")


@pytest.mark.parametrize(("width", "inner"), [(384, 384), (512, 510), (768, 768), (1024, 1024)])
def test_heads_by_the_width(width, inner):
    """Small is 512 wide and has 6 heads of 85 numbers, 510 together."""
    state = read(HALTON / "ImageNet_256_tiny.pth").state
    resized = {}
    for key, value in state.items():
        shape = [
            {64: width, 60: inner, 384: 6 * width, 128: 2 * width, 256: 512}.get(n, n) for n in value.shape
        ]
        if key == "pos_emb.weight":
            shape[0] = 256
        resized[key] = torch.zeros(shape)
    model = read_transformer(Checkpoint(HALTON, resized))
    assert model.config.num_heads == HEADS[width]
    assert model.blocks[0].attention.proj.in_features == inner
    with pytest.raises(CheckpointError, match="7 heads"):
        read_transformer(Checkpoint(HALTON, resized), Options(heads=7))


def test_the_official_files_have_these_keys_and_shapes():
    manifest = json.loads((HALTON / "official_manifest.json").read_text())
    # Tensors without memory; the two that must be equal are of one number each.
    tied = {"head.weight", "tok_emb.weight"}
    files = {
        name: Checkpoint(
            HALTON,
            {
                key: torch.zeros(()).expand(shape) if key in tied else torch.empty(shape, device="meta")
                for key, shape in shapes.items()
            },
        )
        for name, shapes in manifest.items()
    }
    tokenizer = read_tokenizer(files["vqgan"])
    assert (tokenizer.codebook_size, tokenizer.cell_size) == (16384, 16)
    transformer = read_transformer(files["ImageNet_384_large"])
    assert (transformer.grid_size, transformer.config.num_layers, transformer.config.num_heads) == (
        24,
        24,
        16,
    )
    numbers = sum(weights.numel() for part in (tokenizer, transformer) for weights in part.parameters())
    assert KNOWN["halton-384-large"].parameters == pytest.approx(numbers, rel=1e-3)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod."])
def test_what_training_wraps_around_the_weights(prefix, tmp_path):
    saved = torch.load(HALTON / "ImageNet_256_tiny.pth", weights_only=True)
    saved["model_state_dict"] = {prefix + key: value for key, value in saved["model_state_dict"].items()}
    torch.save(saved, tmp_path / "wrapped.pth")
    transformer = read_transformer(read(tmp_path / "wrapped.pth"), Options(heads=6))
    assert torch.equal(
        transformer.class_embedding.weight, saved["model_state_dict"][prefix + "cls_emb.weight"]
    )


def test_a_family_is_whole(halton, tmp_path):
    """Filling, windows, inspector and rules work with any of them, and so does a folder that was saved."""
    canvas = halton.blank().extended(left=2).forbid([(0, 0)], codes=[5])
    out = halton(canvas, num_inference_steps=2, reveal_order="confidence", label="church", seed=3)
    assert out.images[0].size == (18 * 16, 256)
    halton.save_pretrained(tmp_path / "saved")
    again = UnleashPipeline.from_pretrained(tmp_path / "saved")
    same = again(canvas, num_inference_steps=2, reveal_order="confidence", label="church", seed=3)
    assert same.canvases == out.canvases
    assert again.defaults.guidance_scale == 3.0


def test_files_of_two_families_do_not_fit(tmp_path):
    with pytest.raises(CheckpointError, match="do not fit"):
        convert(HALTON / "vq_ds16_c2i.pt", CHURCHES / "transformer" / WEIGHTS, tmp_path / "out")
    with pytest.raises(CheckpointError, match="are they swapped"):
        convert(HALTON / "ImageNet_256_tiny.pth", HALTON / "vq_ds16_c2i.pt", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_the_published_sizes_are_those_that_the_list_tells(family):
    full = family.full_size()
    assert full.tokenizer.codebook_size == full.predictor.codebook_size
    weights = [weight for part in (full.tokenizer, full.predictor) for weight in part.parameters()]
    assert {weight.device.type for weight in weights} == {"meta"}
    others = 123_700_000 if "text_encoder" in family.others else 0
    numbers = others + sum(weight.numel() for weight in weights)
    assert KNOWN[full.name].parameters == pytest.approx(numbers, rel=0.01)
    assert KNOWN[full.name].cells == full.predictor.grid_size**2
    Settings(**family.defaults)


def test_a_published_folder_says_how_it_is_converted():
    with pytest.raises(
        CheckpointError, match=r"in the format AbsorbingDiffusionPipeline.*`unleash convert --vqgan .*vae"
    ):
        UnleashPipeline.from_pretrained(CHURCHES)
