"""Neither loading nor converting a model holds two copies of its weights."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from unleash import UnleashPipeline
from unleash.models.checkpoints import read
from unleash.models.families.halton.llamagen import LlamaGenTokenizer
from unleash.models.families.halton.maskgit import MaskGITTransformer
from unleash.sampling.scheduler import AbsorbingDiffusionScheduler

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read from /proc"),
]

ROOT = Path(__file__).parents[1]
HALTON = Path(__file__).parent / "fixtures" / "parity-halton"
CODES = 96

MEASURE = """
import sys
from unleash import UnleashPipeline
from unleash.models.conversion import convert
def memory(name):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))
kept = UnleashPipeline.from_pretrained("weights/scenes")  # whatever else loading needs is there then
before = memory("VmRSS")
{job}
print(memory("VmHWM") - before)
"""


def peak(job: str) -> int:
    """Bytes that a process needs for a job in addition to what it had."""
    command = [sys.executable, "-c", MEASURE.format(job=job)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def size(*files: Path) -> int:
    return sum(file.stat().st_size for file in files)


def test_loading_takes_as_much_memory_as_the_files_have(tmp_path):
    tokenizer = LlamaGenTokenizer(channels=64, codebook_size=CODES)
    predictor = MaskGITTransformer(CODES, 16, width=1024, num_layers=2, num_heads=16)
    pipe = UnleashPipeline(tokenizer, predictor, AbsorbingDiffusionScheduler(codebook_size=CODES))
    pipe.save_pretrained(tmp_path)
    files = size(*tmp_path.glob("*/*.safetensors"))
    assert files > 150_000_000
    assert peak(f"pipe = UnleashPipeline.from_pretrained({str(tmp_path)!r})") < 1.15 * files


def test_converting_leaves_the_optimizer_alone_and_copies_little(tmp_path):
    wide = {64: 1024, 60: 1024, 384: 6 * 1024, 128: 2 * 1024, 256: 8192}
    state = {}
    for key, value in read(HALTON / "ImageNet_256_tiny.pth").state.items():
        shape = [wide.get(side, side) for side in value.shape]
        if key == "pos_emb.weight":
            shape[0] = 256
        state[key] = torch.zeros(shape)
    moments = {number: (torch.ones_like(value),) * 2 for number, value in enumerate(state.values())}
    file = tmp_path / "wide.pth"
    torch.save({"model_state_dict": state, "optimizer_state_dict": moments}, file)
    tokenizer, out = HALTON / "vq_ds16_c2i.pt", tmp_path / "out"
    needed = peak(f"convert({str(tokenizer)!r}, {str(file)!r}, {str(out)!r}, heads=16)")
    weights = size(*out.glob("*/*.safetensors"))
    assert weights > 150_000_000
    assert size(file) > 1.9 * weights
    assert needed < 1.35 * weights
