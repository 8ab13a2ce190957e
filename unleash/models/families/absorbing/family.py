"""The paper's family (Bond-Taylor et al., ECCV 2022): a VQGAN and a bidirectional transformer.

The bundled model, what `unleash train` makes and the paper's checkpoints are of this family.
"""

import torch

from unleash.models.families.absorbing import hub_layout, paper
from unleash.models.families.absorbing.transformer import BidirectionalTransformer
from unleash.models.families.absorbing.vqgan import VQGAN
from unleash.models.protocol import Family, FileFormat, FullSize


def _full_size() -> FullSize:
    with torch.device("meta"):
        return FullSize("paper-churches", VQGAN(), BidirectionalTransformer())


FAMILY = Family(
    name="absorbing",
    tokenizer=VQGAN,
    predictor=BidirectionalTransformer,
    full_size=_full_size,
    formats=(
        FileFormat(
            name="the paper's checkpoints",
            tokenizer_key="ae.",
            predictor_key="_denoise_fn.",
            read_tokenizer=paper.read_vqgan,
            read_predictor=paper.read_transformer,
        ),
        FileFormat(
            name="AbsorbingDiffusionPipeline",
            tokenizer_key="encoder.down_blocks.",
            predictor_key="position_embeddings",
            read_tokenizer=hub_layout.read_vqgan,
            read_predictor=hub_layout.read_transformer,
            folder="AbsorbingDiffusionPipeline",
            tokenizer_file="vae/diffusion_pytorch_model.bin",
            predictor_file="transformer/diffusion_pytorch_model.bin",
        ),
    ),
)
