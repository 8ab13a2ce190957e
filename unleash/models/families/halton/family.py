"""Halton-MaskGIT (Besnier et al., ICLR 2025): photographs of ImageNet's classes, in LlamaGen's codes."""

import torch

from unleash.models.families.halton import llamagen, maskgit
from unleash.models.protocol import Family, FileFormat, FullSize


def _full_size() -> FullSize:
    with torch.device("meta"):
        return FullSize("halton-384-base", llamagen.LlamaGenTokenizer(), maskgit.MaskGITTransformer())


FAMILY = Family(
    name="halton",
    tokenizer=llamagen.LlamaGenTokenizer,
    predictor=maskgit.MaskGITTransformer,
    full_size=_full_size,
    formats=(
        FileFormat(
            name="Halton-MaskGIT and LlamaGen",
            tokenizer_key="encoder.conv_blocks.",
            predictor_key="cls_emb.",
            read_tokenizer=llamagen.read_tokenizer,
            read_predictor=maskgit.read_transformer,
        ),
    ),
    # From the paper's experiments: its order and schedule, 32 steps, guidance weight 2 at 384×384 pixels.
    defaults={"steps": 32, "reveal_order": "halton", "schedule": "arccos", "guidance_scale": 3.0},
)
