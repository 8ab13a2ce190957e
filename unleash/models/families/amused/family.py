"""aMUSEd (Patil et al. 2024, an open reproduction of MUSE): photographs and drawings from prompts.

The networks are those of diffusers; CLIP, which needs transformers, encodes the prompts.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from unleash.models.families.amused import uvit
from unleash.models.protocol import Family, FileFormat, FullSize


def _full_size() -> FullSize:
    with torch.device("meta"):
        predictor = uvit.AmusedTransformer(sample_size=16)
        tokenizer = uvit.AmusedTokenizer(
            block_out_channels=(128, 256, 256, 512, 768),
            down_block_types=("DownEncoderBlock2D",) * 5,
            up_block_types=("UpDecoderBlock2D",) * 5,
            layers_per_block=2,
            latent_channels=64,
            num_vq_embeddings=8192,
            mid_block_add_attention=False,
            lookup_from_codebook=True,
        )
    return FullSize("amused-256", tokenizer, predictor, _random_reader)


def _random_reader() -> dict[str, Any]:
    """A text encoder of the published size with random weights, and a tokenizer of letters."""
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection, CLIPTokenizer  # noqa: PLC0415

    config = CLIPTextConfig(
        hidden_size=768, intermediate_size=3072, num_attention_heads=12, projection_dim=768
    )
    letters = [chr(code) for code in range(33, 127)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    with TemporaryDirectory() as folder:
        vocabulary, merges = Path(folder) / "vocab.json", Path(folder) / "merges.txt"
        vocabulary.write_text(json.dumps({word: index for index, word in enumerate(words)}))
        merges.write_text("#version: 0.2\n")
        tokenizer = CLIPTokenizer(str(vocabulary), str(merges), model_max_length=77)
    return {"text_encoder": CLIPTextModelWithProjection(config).eval(), "tokenizer": tokenizer}


FAMILY = Family(
    name="amused",
    tokenizer=uvit.AmusedTokenizer,
    predictor=uvit.AmusedTransformer,
    full_size=_full_size,
    formats=(
        FileFormat(
            name="aMUSEd",
            tokenizer_key="encoder.down_blocks.",
            predictor_key="mlm_layer.",
            read_tokenizer=uvit.read_tokenizer,
            read_predictor=uvit.read_transformer,
            folder="AmusedPipeline",
            tokenizer_file="vqvae/diffusion_pytorch_model.safetensors",
            predictor_file="transformer/diffusion_pytorch_model.safetensors",
        ),
    ),
    # As in diffusers' pipeline, whose temperature falls from 2 to 0: in 12 steps, 2 * 12 / 11 of ours.
    defaults={
        "steps": 12,
        "reveal_order": "confidence",
        "schedule": "cosine",
        "guidance_scale": 10.0,
        "choice_temperature": 2.2,
    },
    others={"text_encoder": "CLIPTextModelWithProjection", "tokenizer": "CLIPTokenizer"},
)
