"""What several tests share: small models with random weights."""

import pytest
import torch

from unleash import VQGAN, AbsorbingDiffusionScheduler, BidirectionalTransformer, UnleashPipeline


@pytest.fixture(scope="session")
def pipe() -> UnleashPipeline:
    """A pipeline of 4×4 cells, 16 codes and 32×32 pixels, with two labels."""
    torch.manual_seed(0)
    vqgan = VQGAN(
        image_size=32,
        channels=32,
        channel_mult=(1, 1),
        num_res_blocks=1,
        attn_resolutions=(),
        emb_dim=8,
        codebook_size=16,
        patch_size=4,
        unit_codes=True,
    )
    transformer = BidirectionalTransformer(16, 4, 32, 2, 2, label_names=("day", "night"))
    for weights in transformer.parameters():
        torch.nn.init.normal_(weights, std=0.3)  # strong enough that what is known and the label matter
    pipe = UnleashPipeline(vqgan.eval(), transformer.eval(), AbsorbingDiffusionScheduler(codebook_size=16))
    pipe.set_progress_bar_config(disable=True)
    return pipe
