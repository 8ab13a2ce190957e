"""A pipeline of the real size with random weights, for when no trained one is at hand."""

from pathlib import Path

import torch
from einops import repeat

from unleash import VQGAN, AbsorbingDiffusionScheduler, BidirectionalTransformer, UnleashPipeline

CODES = 600
LABELS = ("church-day", "bedroom-night")


def save(folder: Path) -> Path:
    """Save the pipeline: 16×16 cells, ``CODES`` codes of which each has a colour of its own."""
    torch.manual_seed(0)
    vqgan = VQGAN(
        channels=32,
        channel_mult=(1,),
        num_res_blocks=1,
        attn_resolutions=(),
        emb_dim=16,
        patch_size=16,
        codebook_size=CODES,
    )
    with torch.no_grad():
        *_, weight, bias = vqgan.decoder.parameters()
        colours = torch.randn(3, weight.shape[1], 3, 3) * 0.05
        weight.copy_(repeat(colours, "d i h w -> (d p) i h w", p=256))
        bias.fill_(0.5)
    transformer = BidirectionalTransformer(CODES, width=256, num_layers=4, num_heads=4, label_names=LABELS)
    pipe = UnleashPipeline(vqgan.eval(), transformer.eval(), AbsorbingDiffusionScheduler(codebook_size=CODES))
    pipe.save_pretrained(folder)
    return folder
