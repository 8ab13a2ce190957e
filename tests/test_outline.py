"""What the small files of a model say of it is what its networks say."""

import json
import os
from pathlib import Path

import pytest

from unleash import UnleashPipeline
from unleash.models.conversion import convert
from unleash.models.families import families
from unleash.models.outline import outline

FIXTURES = Path(__file__).parent / "fixtures"
HALTON = FIXTURES / "parity-halton"


def check_outline(folder: Path, pipe: UnleashPipeline) -> None:
    """Compares the outline of a model's folder with its pipeline."""
    said, networks = outline(folder), [pipe.vqgan, pipe.transformer]
    assert said.blank() == pipe.blank()
    assert (said.labels, said.conditioning) == (pipe.labels, pipe.conditioning)
    assert (said.cell_size, said.details) == (pipe.vqgan.cell_size, pipe.vqgan.details)
    assert said.defaults == pipe.defaults
    assert said.parameters == sum(weights.numel() for part in networks for weights in part.parameters())
    assert said.family in {family.name for family in families()}


def test_of_the_paper(pipe, tmp_path):
    pipe.save_pretrained(tmp_path)
    check_outline(tmp_path, pipe)


def test_of_the_bundled_model():
    folder = Path("weights/scenes")
    check_outline(folder, UnleashPipeline.from_pretrained(folder))


def test_of_halton(tmp_path):
    convert(HALTON / "vq_ds16_c2i.pt", HALTON / "ImageNet_256_tiny.pth", tmp_path / "model", heads=6)
    check_outline(tmp_path / "model", UnleashPipeline.from_pretrained(tmp_path / "model"))


@pytest.mark.parametrize("spoilt", ["{", "[]", "{}", '{"codebook_size": -1}'])
@pytest.mark.parametrize("part", ["vqgan", "transformer"])
def test_a_broken_configuration_is_a_value_error(pipe, tmp_path, part, spoilt):
    pipe.save_pretrained(tmp_path)
    (tmp_path / part / "config.json").write_text(spoilt)
    with pytest.raises(ValueError, match="cannot be read"):
        outline(tmp_path)


def test_a_number_of_classes_beyond_all_bounds_takes_no_memory(tmp_path):
    convert(HALTON / "vq_ds16_c2i.pt", HALTON / "ImageNet_256_tiny.pth", tmp_path / "model", heads=6)
    config = tmp_path / "model" / "transformer" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text("utf-8")) | {"num_classes": 10**12}), "utf-8")
    with pytest.raises(ValueError, match="num_classes must be a whole number from 1 to 10,000"):
        outline(tmp_path / "model")


def test_a_pipe_is_not_waited_for(pipe, tmp_path):
    pipe.save_pretrained(tmp_path)
    weights = tmp_path / "vqgan" / "diffusion_pytorch_model.safetensors"
    weights.unlink()
    os.mkfifo(weights)
    with pytest.raises(ValueError, match="is not a regular file"):
        outline(tmp_path)


def header(said: str) -> bytes:
    return len(said).to_bytes(8, "little") + said.encode()


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"\xff" * 9,
        header("[1]]"),
        header("[" * 100_000),
        header('{"a": {"shape": ["b", 1000000000000]}}'),
    ],
)
def test_a_file_that_holds_no_weights_is_a_value_error(pipe, tmp_path, spoilt):
    pipe.save_pretrained(tmp_path)
    (tmp_path / "vqgan" / "diffusion_pytorch_model.safetensors").write_bytes(spoilt)
    with pytest.raises(ValueError, match="cannot be read"):
        outline(tmp_path)
