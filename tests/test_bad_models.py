"""A model that cannot be used is refused at once, in a line that says why."""

import subprocess
import sys
from time import process_time

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.hostile.models import bad_models, spoilt
from unleash import UnleashPipeline
from unleash.models.folders import CheckpointError, resolve

BAD = dict(bad_models(140))
SAYS = {
    "NaN in vqgan": "has NaN in decoder",
    "inf in transformer": "has an infinite value in blocks",
    "torch.int8 in transformer": r"of type I8; weights must be floating-point \(F64, F32, .*\)",
    "num_layers of 1000000": "num_layers must be a whole number from 1 to 4,096, not 1000000",
    "a card of other weights": "its card .* says 000000000000",
    "width of 33": "not a multiple of the 2 heads",
    "pipe for vqgan/diffusion_pytorch_model.safetensors": "is not a regular file",
    "a module of others": "not an Unleash model: its vqgan is .'antigravity'",
}


@pytest.fixture(scope="module")
def sound(pipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound") / "model"
    pipe.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused(name, sound, tmp_path):
    home = spoilt(sound, BAD[name], tmp_path / "model")
    began = process_time()
    with pytest.raises(ValueError, match=SAYS.get(name, ".")) as caught:
        UnleashPipeline.from_pretrained(home)
    assert process_time() - began < 2
    assert "\n" not in str(caught.value)


def test_weights_of_any_floating_point_type_are_computed_with_in_float32(sound, tmp_path):
    pipe = UnleashPipeline.from_pretrained(sound)
    wanted = {part: getattr(pipe, part).dtype for part in ("vqgan", "transformer")}
    pipe.to(torch.float16).save_pretrained(tmp_path / "half")
    halved = UnleashPipeline.from_pretrained(tmp_path / "half")
    assert {part: getattr(halved, part).dtype for part in wanted} == wanted
    assert set(wanted.values()) == {torch.float32}
    asked = UnleashPipeline.from_pretrained(tmp_path / "half", torch_dtype=torch.float16)
    assert asked.vqgan.dtype == torch.float16


def test_a_sound_one_is_not(sound, tmp_path):
    assert UnleashPipeline.from_pretrained(sound).labels == ("day", "night")
    with pytest.raises(CheckpointError):
        resolve(tmp_path / "\0")


@pytest.mark.slow
def test_a_studio_whose_first_model_is_damaged_ends_in_a_line(pipe, tmp_path):
    pipe.save_pretrained(tmp_path / "model")
    weights = tmp_path / "model" / "transformer" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(weights)
    tensors["position_embedding"].fill_(float("nan"))
    save_file(tensors, weights)
    command = [sys.executable, "-m", "unleash", "studio", "--model", str(tmp_path / "model")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("unleash: ")
    assert "NaN in position_embedding" in done.stderr
