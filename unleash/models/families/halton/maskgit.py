"""The transformer of Halton-MaskGIT (Besnier et al., ICLR 2025; github.com/valeoai/Halton-MaskGIT)."""

import math
import re
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from einops import rearrange
from torch import Tensor, nn

from unleash.models.checkpoints import Checkpoint, CheckpointError, majority, shapes_of
from unleash.models.imagenet import class_labels, class_names
from unleash.models.learned_positions import LearnedPositions
from unleash.models.protocol import (
    AS_USUAL,
    Condition,
    Conditioning,
    Options,
    ReadText,
    check_tokens,
    label_index,
)

HEADS = {384: 6, 512: 6, 768: 12, 1024: 16}
"""Attention heads of the published widths: tiny, small, base and large. Small omits 2 of 512 channels."""

_EPS = 1e-5
"""Epsilon of every norm."""


class MaskGITTransformer(LearnedPositions, ModelMixin, ConfigMixin):
    """A distribution over codes for every cell, given a class of ImageNet or none.

    Args:
        codebook_size: K; the mask token is index K.
        grid_size: cells on a side of the square grid it was trained on.
        width: length of a cell's vector.
        num_layers: blocks of attention and feed-forward.
        num_heads: heads of each attention, with ``width // num_heads`` channels.
        hidden_width: hidden width of the feed-forward networks.
        num_classes: classes of the training data.
        num_registers: additional vectors besides those of the cells.
    """

    @register_to_config
    def __init__(
        self,
        codebook_size: int = 16384,
        grid_size: int = 24,
        width: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        hidden_width: int = 2048,
        num_classes: int = 1000,
        num_registers: int = 1,
    ) -> None:
        super().__init__()
        # The last index stands for "no label" in classifier-free guidance.
        self.class_embedding = nn.Embedding(num_classes + 1, width)
        self.token_embedding = nn.Embedding(codebook_size + 1, width)
        self.position_embedding = nn.Parameter(torch.zeros(grid_size**2, width))
        self.registers = nn.Parameter(torch.zeros(num_registers, width))
        self.blocks = nn.ModuleList(Block(width, num_heads, hidden_width) for _ in range(num_layers))
        self.norm = nn.RMSNorm(width, eps=_EPS)
        self.norm_bias = nn.Parameter(torch.zeros(width))
        self.modulation = nn.Linear(width, 2 * width)
        # The output weights are tied to the embeddings of the codes.
        self.head_bias = nn.Parameter(torch.zeros(codebook_size))

    @property
    def conditioning(self) -> Conditioning:
        """``"label"``: one of ImageNet's classes."""
        return "label"

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the classes, those of buildings, rooms and places first."""
        return class_labels(self.config.num_classes)

    @property
    def causal(self) -> bool:
        """False: every cell attends to every other."""
        return False

    def condition(self, asked: str | None, read_text: ReadText | None = None) -> Condition:  # noqa: ARG002
        """The index of a class, (1,) long; None: the index for no class.

        Raises:
            ValueError: if there is no such label.
        """
        names = class_names(self.config.num_classes)
        index = len(names) if asked is None else label_index(names, asked)
        return (torch.tensor([index], device=self.device),)

    def forward(self, tokens: Tensor, classes: Tensor) -> Tensor:
        """Logits for the code of every cell.

        Args:
            tokens: (B, h, w) or (B, h * w) long in [0, K], K where the cell is masked.
            classes: (B,) long, ``num_classes`` for none.

        Returns:
            (B, h * w, K) float.

        Raises:
            ValueError: if a token is out of range, or there are not as many cells as positions.
        """
        tokens = tokens.flatten(1)
        if tokens.shape[1] != len(self.position_embedding):
            raise ValueError(
                f"{tokens.shape[1]} cells; this transformer has {len(self.position_embedding)} positions"
            )
        check_tokens(tokens, self.codebook_size)
        asked = F.silu(self.class_embedding(classes))
        x = self.token_embedding(tokens) + self.position_embedding
        x = torch.cat([x, self.registers.expand(x.shape[0], -1, -1)], dim=1)
        for block in self.blocks:
            x = block(x, asked)
        shift, scale = self.modulation(asked)[:, None].chunk(2, dim=-1)
        x = (self.norm(x[:, : tokens.shape[1]]) + self.norm_bias) * (1 + scale) + shift
        return F.linear(x, self.token_embedding.weight[:-1], self.head_bias)


class Block(nn.Module):
    """Attention, then a feed-forward network, each with an adaptive norm conditioned on the class."""

    def __init__(self, width: int, num_heads: int, hidden_width: int) -> None:
        super().__init__()
        self.modulation = nn.Linear(width, 6 * width)
        self.norm1 = nn.RMSNorm(width, eps=_EPS)
        self.attention = Attention(width, num_heads)
        self.norm2 = nn.RMSNorm(width, eps=_EPS)
        self.feed_forward = SwiGLU(width, hidden_width)

    def forward(self, x: Tensor, asked: Tensor) -> Tensor:
        """(B, N, width) and (B, width) to (B, N, width)."""
        shift1, scale1, gate1, shift2, scale2, gate2 = self.modulation(asked)[:, None].chunk(6, dim=-1)
        x = x + gate1 * self.attention(self.norm1(x) * (1 + scale1) + shift1)
        return x + gate2 * self.feed_forward(self.norm2(x) * (1 + scale2) + shift2)


class Attention(nn.Module):
    """Multi-head attention with queries and keys normalised over all heads together."""

    def __init__(self, width: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        inner = width // num_heads * num_heads
        self.qkv = nn.Linear(width, 3 * inner, bias=False)
        self.proj = nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, N, width) to (B, N, width)."""
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q, k = (F.rms_norm(part, part.shape[-1:], eps=_EPS) for part in (q, k))
        q, k, v = (rearrange(part, "b n (h c) -> b h n c", h=self.num_heads) for part in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v)
        return self.proj(rearrange(y, "b h n c -> b n (h c)"))


class SwiGLU(nn.Module):
    """A gated feed-forward network (Shazeer 2020)."""

    def __init__(self, width: int, hidden_width: int) -> None:
        super().__init__()
        self.gate = nn.Linear(width, hidden_width, bias=False)
        self.up = nn.Linear(width, hidden_width, bias=False)
        self.down = nn.Linear(hidden_width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, N, width) to (B, N, width)."""
        return self.down(F.silu(self.gate(x)) * self.up(x))


_NAMES = (
    ("class_embedding.", "cls_emb."),
    ("token_embedding.", "tok_emb."),
    ("position_embedding", "pos_emb.weight"),
    ("registers", "reg_tokens.weight"),
    ("head_bias", "head.bias"),
    ("norm.", "last_norm.norm_final."),
    ("norm_bias", "last_norm.norm_final.bias"),
    ("modulation.", "last_norm.mlp.1."),
    (".modulation.", ".mlp.1."),
    (".norm1.", ".ln1."),
    (".norm2.", ".ln2."),
    (".attention.proj.", ".attn.wo."),
    (".attention.qkv.", ".attn.wqkv."),
    (".feed_forward.gate.", ".ff.w1."),
    (".feed_forward.down.", ".ff.w2."),
    (".feed_forward.up.", ".ff.w3."),
)
"""Our names of tensors and theirs; their blocks have the prefix ``transformer.layers.``."""


def read_transformer(checkpoint: Checkpoint, options: Options = AS_USUAL) -> MaskGITTransformer:
    """The transformer in a file such as ``ImageNet_384_large.pth``.

    Raises:
        CheckpointError: if the file contains anything else, or the number of heads is invalid.
    """
    config = _config(checkpoint, options)
    with torch.device("meta"):
        model = MaskGITTransformer(**config)
    wanted = shapes_of(model.state_dict())
    sources = {key: _sources(key) for key in wanted}
    expected = {
        theirs: (rows // len(sources[ours]), *columns)
        for ours, (rows, *columns) in wanted.items()
        for theirs in sources[ours]
    }
    tokens = config["codebook_size"] + 1
    expected |= {"head.weight": (tokens, config["width"]), "head.bias": (tokens,)}
    checkpoint.check(expected)
    state = checkpoint.state
    if not torch.equal(state["head.weight"], state["tok_emb.weight"]):
        raise CheckpointError(
            f"{checkpoint.file} has head.weight and tok_emb.weight that differ; they must be equal"
        )
    parts = {key: [state[theirs].float() for theirs in keys] for key, keys in sources.items()}
    joined = {key: torch.cat(tensors) if len(tensors) > 1 else tensors[0] for key, tensors in parts.items()}
    joined["head_bias"] = joined["head_bias"][:-1].clone()  # the last is the logit of the mask token
    model.load_state_dict(joined, assign=True)
    return model.eval()


def _config(checkpoint: Checkpoint, options: Options) -> dict[str, Any]:
    """The configuration of a transformer with these shapes, its width by the majority of its norms."""
    file, shapes = checkpoint.file, checkpoint.shapes
    for key in ("cls_emb.weight", "tok_emb.weight", "pos_emb.weight", "reg_tokens.weight"):
        if len(shapes.get(key, ())) != 2:
            raise CheckpointError(f"{file} has no {key} of 2 dimensions")
    classes, tokens, cells, registers = (
        shapes[f"{name}.weight"][0] for name in ("cls_emb", "tok_emb", "pos_emb", "reg_tokens")
    )
    if math.isqrt(cells) ** 2 != cells:
        raise CheckpointError(f"{file} has pos_emb.weight for {cells} cells, which do not form a square grid")
    width = majority(shape[0] for key, shape in shapes.items() if re.search(r"\.ln[12]\.", key) and shape)
    heads = HEADS.get(width) if options.heads is None else options.heads
    if heads is None:
        raise CheckpointError(
            f"{file} has width {width}, for which the number of heads is unknown: give --heads"
        )
    inner = majority(shape[0] for key, shape in shapes.items() if ".attn.wq." in key and shape)
    if not 1 <= heads <= width or width // heads * heads != inner:
        raise CheckpointError(
            f"{heads} heads do not fit {file}, with width {width} and attention of width {inner}"
        )
    return {
        "codebook_size": tokens - 1,
        "grid_size": math.isqrt(cells),
        "width": width,
        "num_layers": len({n[1] for key in shapes if (n := re.match(r"transformer\.layers\.(\d+)\.", key))}),
        "num_heads": heads,
        "hidden_width": majority(shape[0] for key, shape in shapes.items() if ".ff.w1." in key and shape),
        "num_classes": classes - 1,
        "num_registers": registers,
    }


def _sources(key: str) -> list[str]:
    """The keys of the original tensors that are concatenated to ours at ``key``."""
    theirs = key
    for ours, name in _NAMES:
        if key.startswith(ours) or (ours.startswith(".") and ours in key):
            theirs = theirs.replace(ours, name, 1)
            break
    theirs = re.sub(r"^blocks\.", "transformer.layers.", theirs)
    return [theirs.replace("wqkv", name) for name in ("wq", "wk", "wv")] if "wqkv" in theirs else [theirs]
