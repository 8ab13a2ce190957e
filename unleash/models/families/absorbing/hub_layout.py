"""The paper's networks as ``AbsorbingDiffusionPipeline`` of a pull request to diffusers saved them in 2022.

``vae/`` contains a ``VQModel`` of that time with random, unused ``quant_conv`` and ``post_quant_conv``,
``transformer/`` a proposed ``Transformer``. The paper's churches are published like this on the Hub.
"""

import math
import re
from typing import Any

import torch

from unleash.models.checkpoints import Checkpoint, CheckpointError, Shapes, majority, shapes_of
from unleash.models.families.absorbing import places
from unleash.models.families.absorbing.paper import HEADS, filled_transformer
from unleash.models.families.absorbing.transformer import BidirectionalTransformer
from unleash.models.families.absorbing.vqgan import VQGAN
from unleash.models.protocol import AS_USUAL, Options

_TRANSFORMER_NAMES = {
    "token_embedding": "token_embeddings",
    "position_embedding": "position_embeddings",
    "norm1": "layernorm1",
    "norm2": "layernorm2",
    "norm": "final_layernorm",
    "proj": "projection",
}
"""Parts of keys and their names in the file."""

_INSIDE = {"conv_out": "conv_shortcut", "norm": "group_norm", "q": "query", "k": "key", "v": "value"}
_INSIDE |= {"proj_out": "proj_attn"}


def read_vqgan(checkpoint: Checkpoint, options: Options = AS_USUAL) -> VQGAN:
    """The autoencoder in ``vae/``.

    Raises:
        CheckpointError: if the file contains anything else.
    """
    shape = places.shape_of(checkpoint, _naming("down"))
    attended, levels = shape.pop("attended"), len(shape["channel_mult"])
    book = checkpoint.shapes.get("quantize.embedding.weight", ())
    if len(book) != 2:
        raise CheckpointError(f"{checkpoint.file} has no quantize.embedding.weight of 2 dimensions")
    image_size = 256 if options.image_size is None else options.image_size
    if image_size < 2 ** (levels - 1) or image_size % 2 ** (levels - 1):
        raise CheckpointError(f"image size {image_size}: expected a multiple of {2 ** (levels - 1)} pixels")
    with torch.device("meta"):
        model = VQGAN(
            image_size=image_size,
            attn_resolutions=tuple(image_size // 2**i for i, attends in enumerate(attended) if attends),
            emb_dim=book[1],
            codebook_size=book[0],
            **shape,
        )
    sources = {"quantizer.embedding.weight": "quantize.embedding.weight"}
    sources |= places.names(model.encoder, model.decoder, _naming)
    wanted = shapes_of(model.state_dict())
    expected = {theirs: _as_there(theirs, wanted[ours]) for ours, theirs in sources.items()}
    idle: Shapes = {}
    for name in ("quant_conv", "post_quant_conv"):
        idle |= {f"{name}.weight": (book[1], book[1], 1, 1), f"{name}.bias": (book[1],)}
    checkpoint.check(expected | idle)
    state = {ours: checkpoint.state[theirs].float().view(wanted[ours]) for ours, theirs in sources.items()}
    model.load_state_dict(state, assign=True)
    return model.eval()


def read_transformer(checkpoint: Checkpoint, options: Options = AS_USUAL) -> BidirectionalTransformer:
    """The transformer in ``transformer/``; its heads are those of ``config.json`` beside it.

    Raises:
        CheckpointError: if the file contains anything else.
    """
    config = _transformer_config(checkpoint, options)
    return filled_transformer(checkpoint, config, _sources, {"start_token": (1, 1, config["width"])})


def _transformer_config(checkpoint: Checkpoint, options: Options) -> dict[str, Any]:
    file, shapes = checkpoint.file, checkpoint.shapes
    for key, dimensions in (("head.weight", 2), ("position_embeddings", 3)):
        if len(shapes.get(key, ())) != dimensions:
            raise CheckpointError(f"{file} has no {key} of {dimensions} dimensions")
    cells = shapes["position_embeddings"][1]
    if math.isqrt(cells) ** 2 != cells:
        raise CheckpointError(
            f"{file} has position_embeddings for {cells} cells, which do not form a square grid"
        )
    width = majority(shape[0] for key, shape in shapes.items() if "layernorm" in key and shape)
    heads = checkpoint.config.get("num_heads", HEADS) if options.heads is None else options.heads
    if not isinstance(heads, int) or heads < 1 or width % heads:
        raise CheckpointError(f"{heads} heads: the width of {file}, {width}, must be a multiple of them")
    return {
        "codebook_size": shapes["head.weight"][0],
        "grid_size": math.isqrt(cells),
        "width": width,
        "num_layers": len({block[1] for key in shapes if (block := re.match(r"blocks\.(\d+)\.", key))}),
        "num_heads": heads,
    }


def _sources(key: str) -> list[str]:
    theirs = ".".join(_TRANSFORMER_NAMES.get(part, part) for part in key.split("."))
    if ".qkv." not in theirs:
        return [theirs]
    return [theirs.replace(".qkv.", f".{name}.") for name in ("query", "key", "value")]


def _naming(way: str) -> places.Naming:
    level = f"{way}_blocks.{{level}}"
    return places.Naming(
        residual=f"{level}.resnets.{{n}}",
        attention=f"{level}.attentions.{{n}}",
        resample=f"{level}.{way}samplers.0",
        middle=("mid_block.resnets.0", "mid_block.attentions.0", "mid_block.resnets.1"),
        norm="conv_norm_out",
        inside=_INSIDE,
    )


def _as_there(key: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in the file, where attention weights are matrices instead of 1×1 convolutions."""
    return shape[:2] if ".attentions." in key else shape
