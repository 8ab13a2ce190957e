"""The networks in the paper's checkpoints.

``vqgan_ema_<step>.th`` and ``absorbing_ema_<step>.th`` are state dicts of the original code
(github.com/samb-t/unleashing-transformers). Their architecture is read off the shapes, and every tensor
must be just where and as large as that architecture has it.
"""

import math
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from unleash.models import VQGAN, BidirectionalTransformer
from unleash.models.folders import CheckpointError, Shapes, mismatch
from unleash.models.soundness import not_finite
from unleash.models.vqgan import ResBlock

State = dict[str, Tensor]

_UNUSED = (
    "disc.",
    "perceptual.",
    "ae.generator.logsigma.",
    "Lt_history",
    "Lt_count",
    "loss_history",
    "_denoise_fn.start_tok",
)
"""What the original keeps beside the networks: losses, their history, and a token it never reads."""

_VQGAN_NAMES = (("encoder.", "ae.encoder."), ("decoder.", "ae.generator."), ("quantizer.", "ae.quantize."))
_TRANSFORMER_NAMES = (
    ("token_embedding.", "tok_emb."),
    ("position_embedding", "pos_emb"),
    (".norm1.", ".ln1."),
    (".norm2.", ".ln2."),
    (".attention.", ".attn."),
    ("norm.", "ln_f."),
)
"""Our names of tensors and theirs; a transformer's are found under ``_denoise_fn.`` there."""

_KINDS = {"conv": "resample", "weight": "plain", "bias": "plain"}
_KINDS |= dict.fromkeys(("norm1", "conv1", "norm2", "conv2", "conv_out"), "residual")
_KINDS |= dict.fromkeys(("norm", "q", "k", "v", "proj_out"), "attention")
"""The kind of an encoder's block, by what follows its number in a key."""


def read_vqgan(file: str | Path, image_size: int = 256) -> VQGAN:
    """The autoencoder in one of the paper's ``vqgan_ema_<step>.th``.

    Raises:
        CheckpointError: if the file holds anything but that autoencoder, whole.
    """
    state = _read(file)
    if not any(key.startswith("ae.") for key in state):
        raise CheckpointError(f"{file} holds no autoencoder (no key begins with ae.){_but(state)}")
    config = _vqgan_config(file, _shapes(state), image_size)
    with torch.device("meta"):
        model = VQGAN(**config)
    names = {key: _renamed(key, _VQGAN_NAMES) for key in model.state_dict()}
    expected = {names[key]: shape for key, shape in _shapes(model.state_dict()).items()}
    _check(file, state, expected | _idle_shortcuts(model))
    model.load_state_dict({ours: state[theirs].float() for ours, theirs in names.items()}, assign=True)
    return model.eval()


def read_transformer(file: str | Path, heads: int = 8) -> BidirectionalTransformer:
    """The transformer in one of the paper's ``absorbing_ema_<step>.th``.

    Raises:
        CheckpointError: if the file holds anything but that transformer, whole, or ``heads`` cannot be.
    """
    state = _read(file)
    if not any(key.startswith("_denoise_fn.") for key in state):
        raise CheckpointError(f"{file} holds no transformer (no key begins with _denoise_fn.){_but(state)}")
    config = _transformer_config(file, _shapes(state), heads)
    with torch.device("meta"):
        model = BidirectionalTransformer(**config)
    sources = {key: list(_sources(key)) for key in model.state_dict()}
    expected = {
        theirs: (rows // len(sources[ours]), *columns)
        for ours, (rows, *columns) in _shapes(model.state_dict()).items()
        for theirs in sources[ours]
    }
    _check(file, state, expected)
    model.load_state_dict(
        {ours: torch.cat([state[key].float() for key in parts]) for ours, parts in sources.items()},
        assign=True,
    )
    return model.eval()


def _read(file: str | Path) -> State:
    """The state dict in a file, without what the networks do not need."""
    try:
        if Path(file).exists() and not Path(file).is_file():  # a pipe would be waited for
            raise CheckpointError(f"{file} cannot be opened: it is no ordinary file")
        with Path(file).open("rb"):
            pass  # torch's reader raises OSError too, for other reasons
    except OSError as error:
        raise CheckpointError(f"{file} cannot be opened: {error.strerror or error}") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            state = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch's reader fails in a dozen ways on what is no torch file
        code = re.search(r"GLOBAL:? (?:GLOBAL )?([\w.]+)", str(error), re.IGNORECASE)
        if code:
            raise CheckpointError(
                f"{file} holds code ({code[1]}), which is never run; a state dict of tensors is right"
            ) from error
        raise CheckpointError(f"{file} is no whole torch file of tensors") from error
    if not isinstance(state, dict):
        raise CheckpointError(f"{file} holds a {type(state).__name__}; a state dict of tensors is right")
    state = {str(key): value for key, value in state.items() if not str(key).startswith(_UNUSED)}
    for key, value in state.items():
        if not (isinstance(value, Tensor) and value.is_floating_point()):
            raise CheckpointError(f"{file} has {key}, which is no tensor of floating-point numbers")
    if fault := not_finite(state):
        raise CheckpointError(f"{file} {fault}")
    return state


def _vqgan_config(file: str | Path, shapes: Shapes, image_size: int) -> dict[str, Any]:
    """The configuration of an autoencoder of these shapes, each number by the majority of its witnesses.

    So one tensor of a wrong shape is found out by the others, rather than believed.
    """
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
        _majority(
            shape[0]
            for block in level
            for key, shape in shapes.items()
            if re.match(rf"ae\.encoder\.blocks\.{block}\.(conv1|norm2|conv2)\.", key) and shape
        )
        for level in levels
    ]
    last = max(kinds, default=0)
    book = shapes.get("ae.quantize.embedding.weight", ())
    emb_dim = _majority(
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
            f"{file} has levels {widths} wide under ae.encoder.blocks.; multiples of 32 are right"
        )
    return {
        "image_size": image_size,
        "channels": channels,
        "channel_mult": tuple(width // channels for width in widths),
        "num_res_blocks": _majority(sum(kinds[b] == "residual" for b in level) for level in levels),
        "attn_resolutions": tuple(
            image_size // 2**i
            for i, level in enumerate(levels)
            if any(kinds[b] == "attention" for b in level)
        ),
        "emb_dim": emb_dim,
        "codebook_size": book[0],
    }


def _transformer_config(file: str | Path, shapes: Shapes, heads: int) -> dict[str, Any]:
    """The configuration of a transformer of these shapes, its width by the majority of its norms."""
    body = {key.removeprefix("_denoise_fn."): shape for key, shape in shapes.items()}
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
        raise CheckpointError(f"{file} has _denoise_fn.pos_emb for {cells} cells, which make no square grid")
    width = _majority(
        shape[0] for key, shape in body.items() if re.search(r"(ln1|ln2|ln_f)\.", key) and shape
    )
    if heads < 1 or width % heads:
        raise CheckpointError(f"{heads} heads: {file} is {width} wide, which must be a multiple of the heads")
    layers = {int(block[1]) for key in body if (block := re.match(r"blocks\.(\d+)\.ln1\.", key))}
    return {
        "codebook_size": codes,
        "grid_size": math.isqrt(cells),
        "width": width,
        "num_layers": len(layers),
        "num_heads": heads,
    }


def _sources(key: str) -> Iterator[str]:
    """The keys of the original whose tensors, one under the other, are ours at ``key``."""
    theirs = f"_denoise_fn.{_renamed(key, _TRANSFORMER_NAMES)}"
    if ".qkv." in theirs:
        yield from (theirs.replace(".qkv.", f".{name}.") for name in ("query", "key", "value"))
    else:
        yield theirs


def _renamed(key: str, names: Iterable[tuple[str, str]]) -> str:
    """A key of ours with the first of our names that it holds made theirs, attention inside blocks too."""
    for ours, theirs in names:
        if key.startswith(ours) or (ours.startswith(".") and ours in key):
            return key.replace(ours, theirs, 1)
    return key


def _idle_shortcuts(model: VQGAN) -> Shapes:
    """The 1×1 convolutions of residual blocks that keep their width: in the files, but never read."""
    shapes: Shapes = {}
    for name, block in model.named_modules():
        if isinstance(block, ResBlock) and isinstance(block.conv_out, nn.Identity):
            width = block.conv1.out_channels
            key = _renamed(f"{name}.conv_out", _VQGAN_NAMES)
            shapes |= {f"{key}.weight": (width, width, 1, 1), f"{key}.bias": (width,)}
    return shapes


def _check(file: str | Path, state: State, expected: Shapes) -> None:
    if fault := mismatch(_shapes(state), expected):
        raise CheckpointError(f"{file} {fault}")


def _shapes(state: State) -> Shapes:
    return {key: tuple(value.shape) for key, value in state.items()}


def _majority(values: Iterable[int]) -> int:
    """The commonest of some numbers; 0 if there is none."""
    return next((value for value, _ in Counter(values).most_common(1)), 0)


def _but(state: State) -> str:
    """What a file that is not what it should be seems to be instead."""
    if any(key.startswith(("ae.", "_denoise_fn.")) for key in state):
        return "; it seems to be the other of the two: are they swapped?"
    return ""
