"""aMUSEd (Patil et al. 2024, an open reproduction of MUSE): photographs and drawings from prompts.

The networks are those of diffusers; CLIP, which needs transformers, encodes the prompts.
"""

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
    config = predictor.config
    words, whole = torch.zeros(1, 77, config.encoder_hidden_size), torch.zeros(1, config.cond_embed_dim)
    return FullSize("amused-256", tokenizer, predictor, (words, whole))


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
    # As in diffusers' pipeline.
    defaults={"steps": 12, "reveal_order": "confidence", "schedule": "cosine", "guidance_scale": 10.0},
    others={"text_encoder": "CLIPTextModelWithProjection", "tokenizer": "CLIPTokenizer"},
)
