"""aMUSEd (Patil et al. 2024, an open reproduction of MUSE): photographs and drawings from prompts.

The networks are those of diffusers; CLIP reads the prompts, for which transformers is needed.
"""

from unleash.models.families.amused import uvit
from unleash.models.protocol import Family, FileFormat

FAMILY = Family(
    name="amused",
    tokenizer=uvit.AmusedTokenizer,
    predictor=uvit.AmusedTransformer,
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
    # As in its own pipeline.
    defaults={"steps": 12, "reveal_order": "confidence", "schedule": "cosine", "guidance_scale": 10.0},
    others={"text_encoder": "CLIPTextModelWithProjection", "tokenizer": "CLIPTokenizer"},
)
