"""The networks in the paper's checkpoints.

``vqgan_ema_<step>.th`` and ``absorbing_ema_<step>.th`` are state dicts of the original code
(github.com/samb-t/unleashing-transformers). The architecture is inferred from the shapes, and every tensor
must have the name and shape that this architecture gives it.
"""

import math
import re
from collections.abc import Callable, Iterable
from itertools import groupby, takewhile
from typing import Any

import torch
from torch import nn

from unleash.models.checkpoints import Checkpoint, CheckpointError, Shapes, majority, shapes_of
from unleash.models.families.absorbing.transformer import BidirectionalTransformer
from unleash.models.families.absorbing.vqgan import VQGAN, ResBlock
from unleash.models.protocol import AS_USUAL, Options

IMAGE_SIZE, HEADS = 256, 8
"""Attention heads of the paper's models, which cannot be inferred from shapes."""

_UNUSED = (
    "disc.",
    "perceptual.",
    "ae.generator.logsigma.",
    "Lt_history",
    "Lt_count",
    "loss_history",
    "_denoise_fn.start_tok",
)
"""What the files contain besides the networks: losses, their history, and an unused token."""

_VQGAN_NAMES = (("encoder.", "ae.encoder."), ("decoder.", "ae.generator."), ("quantizer.", "ae.quantize."))
_TRANSFORMER_NAMES = (
    ("token_embedding.", "tok_emb."),
    ("position_embedding", "pos_emb"),
    (".norm1.", ".ln1."),
    (".norm2.", ".ln2."),
    (".attention.", ".attn."),
    ("norm.", "ln_f."),
)
"""Our names of tensors and theirs; those of a transformer have the prefix ``_denoise_fn.`` in the files."""

_KINDS = {"conv": "resample", "weight": "plain", "bias": "plain"}
_KINDS |= dict.fromkeys(("norm1", "conv1", "norm2", "conv2", "conv_out"), "residual")
_KINDS |= dict.fromkeys(("norm", "q", "k", "v", "proj_out"), "attention")
"""The kind of an encoder's block, by what follows its index in a key."""


def read_vqgan(checkpoint: Checkpoint, options: Options = AS_USUAL) -> VQGAN:
    """The autoencoder in one of the paper's ``vqgan_ema_<step>.th``.

    Raises:
        CheckpointError: if the file does not contain exactly that autoencoder.
    """
    checkpoint = checkpoint.without(_UNUSED)
    image_size = IMAGE_SIZE if options.image_size is None else options.image_size
    config = _vqgan_config(checkpoint, image_size)
    with torch.device("meta"):
        model = VQGAN(**config)
    names = {key: _renamed(key, _VQGAN_NAMES) for key in model.state_dict()}
    expected = {names[key]: shape for key, shape in shapes_of(model.state_dict()).items()}
    checkpoint.check(expected | _idle_shortcuts(model))
    state = checkpoint.state
    model.load_state_dict({ours: state[theirs].float() for ours, theirs in names.items()}, assign=True)
    return model.eval()


def read_transformer(checkpoint: Checkpoint, options: Options = AS_USUAL) -> BidirectionalTransformer:
    """The transformer in one of the paper's ``absorbing_ema_<step>.th``.

    Raises:
        CheckpointError: if the file does not contain exactly that transformer, or the heads do not fit.
    """
    checkpoint = checkpoint.without(_UNUSED)
    config = _transformer_config(checkpoint, HEADS if options.heads is None else options.heads)
    return filled_transformer(checkpoint, config, _sources)


def filled_transformer(
    checkpoint: Checkpoint,
    config: dict[str, Any],
    sources_of: Callable[[str], list[str]],
    idle: Shapes | None = None,
) -> BidirectionalTransformer:
    """A transformer with the tensors of a file, concatenated where there are several.

    Args:
        checkpoint: the file.
        config: of the transformer.
        sources_of: from a key of the transformer to the keys of the file.
        idle: tensors in the file that are not used.

    Raises:
        CheckpointError: if the file has other tensors.
    """
    with torch.device("meta"):
        model = BidirectionalTransformer(**config)
    sources = {key: sources_of(key) for key in model.state_dict()}
    expected = {
        theirs: (rows // len(sources[ours]), *columns)
        for ours, (rows, *columns) in shapes_of(model.state_dict()).items()
        for theirs in sources[ours]
    }
    checkpoint.check(expected | (idle or {}))
    tensors = {
        ours: [checkpoint.state[theirs].float() for theirs in parts] for ours, parts in sources.items()
    }
    state = {key: torch.cat(parts) if len(parts) > 1 else parts[0] for key, parts in tensors.items()}
    model.load_state_dict(state, assign=True)
    return model.eval()


def _vqgan_config(checkpoint: Checkpoint, image_size: int) -> dict[str, Any]:
    """The configuration of an autoencoder with these shapes, each number by a majority of the tensors.

    So a single tensor of a wrong shape is detected.
    """
    file, shapes = checkpoint.file, checkpoint.shapes
    kinds: dict[int, str] = {}
    for key in shapes:
        block = re.match(r"ae\.encoder\.blocks\.(\d+)\.(\w+)", key)
        if block and block[2] in _KINDS:
            kinds.setdefault(int(block[1]), _KINDS[block[2]])
    # After the first convolution come the levels, then residual, attention, residual, norm, convolution.
    inner = list(takewhile(lambda block: kinds[block] != "plain", sorted(kinds)[1:]))[:-3]
    levels = [
        list(blocks) for resample, blocks in groupby(inner, lambda b: kinds[b] == "resample") if not resample
    ]
    widths = [
        majority(
            shape[0]
            for block in level
            for key, shape in shapes.items()
            if re.match(rf"ae\.encoder\.blocks\.{block}\.(conv1|norm2|conv2)\.", key) and shape
        )
        for level in levels
    ]
    last = max(kinds, default=0)
    book = shapes.get("ae.quantize.embedding.weight", ())
    emb_dim = majority(
        [
            *book[1:],
            *shapes.get(f"ae.encoder.blocks.{last}.bias", ()),
            *shapes.get("ae.generator.blocks.0.weight", ())[1:2],
        ]
    )
    if not levels or not all(widths) or not book or not emb_dim:
        raise CheckpointError(
            f"{file} is not the paper's autoencoder: no levels under ae.encoder.blocks. "
            "or no ae.quantize.embedding.weight"
        )
    cell = 2 ** (len(levels) - 1)
    if image_size < cell or image_size % cell:
        raise CheckpointError(f"image size {image_size}: {file} needs a multiple of {cell} pixels")
    channels = math.gcd(*widths)
    if channels % 32:
        raise CheckpointError(
            f"{file} has levels with widths {widths} under ae.encoder.blocks.; expected multiples of 32"
        )
    return {
        "image_size": image_size,
        "channels": channels,
        "channel_mult": tuple(width // channels for width in widths),
        "num_res_blocks": majority(sum(kinds[b] == "residual" for b in level) for level in levels),
        "attn_resolutions": tuple(
            image_size // 2**i
            for i, level in enumerate(levels)
            if any(kinds[b] == "attention" for b in level)
        ),
        "emb_dim": emb_dim,
        "codebook_size": book[0],
    }


def _transformer_config(checkpoint: Checkpoint, heads: int) -> dict[str, Any]:
    """The configuration of a transformer with these shapes, its width by the majority of its norms."""
    file = checkpoint.file
    body = {key.removeprefix("_denoise_fn."): shape for key, shape in checkpoint.shapes.items()}
    for key, dimensions in (("tok_emb.weight", 2), ("head.weight", 2), ("pos_emb", 3)):
        if len(body.get(key, ())) != dimensions:
            raise CheckpointError(f"{file} has no _denoise_fn.{key} of {dimensions} dimensions")
    rows, codes, cells = body["tok_emb.weight"][0], body["head.weight"][0], body["pos_emb"][1]
    if rows != codes + 1:
        raise CheckpointError(
            f"{file} has {rows} rows in _denoise_fn.tok_emb.weight and {codes} in _denoise_fn.head.weight; "
            "the first should have one more, the mask token"
        )
    if math.isqrt(cells) ** 2 != cells:
        raise CheckpointError(
            f"{file} has _denoise_fn.pos_emb for {cells} cells, which do not form a square grid"
        )
    width = majority(shape[0] for key, shape in body.items() if re.search(r"(ln1|ln2|ln_f)\.", key) and shape)
    if heads < 1 or width % heads:
        raise CheckpointError(f"{heads} heads: the width of {file}, {width}, must be a multiple of them")
    layers = {int(block[1]) for key in body if (block := re.match(r"blocks\.(\d+)\.ln1\.", key))}
    return {
        "codebook_size": codes,
        "grid_size": math.isqrt(cells),
        "width": width,
        "num_layers": len(layers),
        "num_heads": heads,
    }


def _sources(key: str) -> list[str]:
    """The keys of the original tensors that are concatenated to ours at ``key``."""
    theirs = f"_denoise_fn.{_renamed(key, _TRANSFORMER_NAMES)}"
    if ".qkv." not in theirs:
        return [theirs]
    return [theirs.replace(".qkv.", f".{name}.") for name in ("query", "key", "value")]


def _renamed(key: str, names: Iterable[tuple[str, str]]) -> str:
    """Our key with the first of our names in it replaced by theirs, also for attention inside blocks."""
    for ours, theirs in names:
        if key.startswith(ours) or (ours.startswith(".") and ours in key):
            return key.replace(ours, theirs, 1)
    return key


def _idle_shortcuts(model: VQGAN) -> Shapes:
    """The 1×1 convolutions of residual blocks that keep their width: in the files, but unused."""
    shapes: Shapes = {}
    for name, block in model.named_modules():
        if isinstance(block, ResBlock) and isinstance(block.conv_out, nn.Identity):
            width = block.conv1.out_channels
            key = _renamed(f"{name}.conv_out", _VQGAN_NAMES)
            shapes |= {f"{key}.weight": (width, width, 1, 1), f"{key}.bias": (width,)}
    return shapes
