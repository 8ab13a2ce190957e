"""The paper's numbers, from files in the paper's own format (see fixtures/parity)."""

from pathlib import Path

import numpy as np
import pytest
import torch

from unleash import UnleashPipeline
from unleash.models.conversion import convert

PARITY = Path(__file__).parent / "fixtures" / "parity"


@pytest.fixture(scope="module")
def expected():
    with np.load(PARITY / "expected.npz") as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays}


@pytest.fixture(scope="module")
def pipe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parity") / "model"
    convert(PARITY / "vqgan_ema_0.th", PARITY / "absorbing_ema_0.th", folder, heads=4, image_size=64)
    return UnleashPipeline.from_pretrained(folder)


@torch.no_grad()
def test_logits(pipe, expected):
    logits = pipe.transformer(expected["tokens"])
    torch.testing.assert_close(logits, expected["logits"], atol=1e-4, rtol=0)


@torch.no_grad()
def test_latents_and_codes(pipe, expected):
    torch.testing.assert_close(pipe.vqgan.latents(expected["images"]), expected["z"], atol=1e-4, rtol=0)
    assert torch.equal(pipe.vqgan.encode(expected["images"]), expected["codes"])


@torch.no_grad()
def test_decoded_pixels(pipe, expected):
    codes, decoded = expected["codes"], expected["decoded"]
    raw = pipe.vqgan.pixels(pipe.vqgan.quantizer.vectors(codes))
    torch.testing.assert_close(raw, decoded, atol=1e-4, rtol=0)
    torch.testing.assert_close(pipe.vqgan.decode(codes), decoded.clamp(0, 1), atol=1e-4, rtol=0)


@torch.no_grad()
def test_a_grid_and_its_flat_form_are_the_same_tokens(pipe, expected):
    grid = expected["tokens"].view(-1, 16, 16)
    torch.testing.assert_close(pipe.transformer(grid), expected["logits"], atol=1e-4, rtol=0)


def test_generates(pipe):
    out = pipe(num_inference_steps=2, seed=1)
    assert out.images[0].size == (64, 64)
    assert out.canvases[0].codes.max() < 128
