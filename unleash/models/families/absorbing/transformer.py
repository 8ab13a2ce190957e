"""The bidirectional transformer: a distribution over codes for every cell of a partly masked grid."""

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from einops import rearrange
from torch import Tensor, nn

from unleash.models.learned_positions import LearnedPositions
from unleash.models.protocol import Condition, Conditioning, ReadText, check_tokens, label_index


class BidirectionalTransformer(LearnedPositions, ModelMixin, ConfigMixin):
    """p(x₀ | x_t) of absorbing diffusion (Bond-Taylor et al., ECCV 2022, section 3.2).

    Every cell attends to every other, unless ``causal``. The time step is not an input: the number of masked
    cells implies it.

    Args:
        codebook_size: K; the mask token is index K.
        grid_size: cells on a side of the square grid it was trained on.
        width: length of a cell's vector.
        num_layers: blocks of attention and MLP.
        num_heads: heads of each attention; ``width`` is a multiple of it.
        label_names: the labels it can be conditioned on, in the order of their indices; may be empty.
        dropout: share of activations dropped while training.
        causal: whether a cell is seen by later ones only, row by row: the autoregressive baseline, to be
            sampled in ``raster`` order, one cell a step. Logits of a cell are then from those before it.
        tied: whether the logits are products with the embeddings of the codes, rather than with weights of
            their own.

    Raises:
        ValueError: if ``width`` is not a multiple of ``num_heads``.
    """

    @register_to_config
    def __init__(
        self,
        codebook_size: int = 1024,
        grid_size: int = 16,
        width: int = 512,
        num_layers: int = 24,
        num_heads: int = 8,
        label_names: tuple[str, ...] = (),
        dropout: float = 0.0,
        causal: bool = False,
        tied: bool = False,
    ) -> None:
        super().__init__()
        if width % num_heads:
            raise ValueError(f"width {width} is not a multiple of the {num_heads} heads")
        self.token_embedding = nn.Embedding(codebook_size + 1, width)
        self.position_embedding = nn.Parameter(torch.zeros(1, grid_size**2, width))
        # The last index stands for "no label" in classifier-free guidance.
        self.label_embedding = nn.Embedding(len(label_names) + 1, width) if label_names else None
        self.blocks = nn.Sequential(*(Block(width, num_heads, dropout, causal) for _ in range(num_layers)))
        self.norm = nn.LayerNorm(width)
        self.head = None if tied else nn.Linear(width, codebook_size, bias=False)
        self.apply(_initialise)

    @property
    def code_vectors(self) -> Tensor:
        """(K, width) the weights of the output layer, a row for each code."""
        return self.token_embedding.weight[:-1] if self.head is None else self.head.weight

    @property
    def conditioning(self) -> Conditioning:
        """``"label"`` if the model has labels."""
        return "label" if self.config.label_names else "none"

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it can be conditioned on, in the order of their indices."""
        return tuple(self.config.label_names)

    @property
    def causal(self) -> bool:
        """Whether a cell only depends on earlier ones."""
        return self.config.causal

    def condition(self, asked: str | None, read_text: ReadText | None = None) -> Condition:  # noqa: ARG002
        """The index of a label, (1,) long; None: the index for no label.

        Raises:
            ValueError: if there is no such label.
        """
        index = len(self.labels) if asked is None else label_index(self.labels, asked)
        return (torch.tensor([index], device=self.device),) if self.labels else ()

    def forward(
        self,
        tokens: Tensor,
        labels: Tensor | None = None,
        cells: Tensor | tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """Logits for the code of every cell, or of the given cells.

        Args:
            tokens: (B, h, w) or (B, h * w) long in [0, K], K where the cell is masked.
            labels: (B,) long indices into ``label_names``, ``len(label_names)`` for none; None: none.
            cells: (B, h * w) bool, the cells whose logits are computed; None: all. A pair of (M,) long
                indices, of pictures and of cells, is the same without synchronising the device.

        Returns:
            (B, h * w, K) float; with ``cells``, (M, K) for the M cells that are true, in reading order.

        Raises:
            ValueError: if a token is out of range, there are more cells than positions, or labels are
                given to a model without any.
        """
        x = self.blocks(self._embedded(tokens.flatten(1), labels))
        return self._logits(x if cells is None else x[cells])

    def remember(self, tokens: Tensor, condition: Condition) -> tuple[Tensor, Tensor]:
        """The logits (B, h * w, K) of tokens (B, h, w), and the keys and values of all blocks."""
        x, kept = self._embedded(tokens.flatten(1), *condition), []
        for block in self._each_block():
            x, keys_and_values = block.attending(x)
            kept.append(keys_and_values)
        return self._logits(x), torch.stack(kept)

    def recall(self, tokens: Tensor, condition: Condition, cells: Tensor, memory: Tensor) -> Tensor:
        """The logits (B, n, K) of the ``cells`` (n,) long of tokens (B, h, w).

        The keys and values of other cells are those of ``memory``, which `remember` returned.
        """
        x = self._embedded(tokens.flatten(1), *condition)[:, cells]
        for block, keys_and_values in zip(self._each_block(), memory, strict=True):
            x, _ = block.attending(x, keys_and_values, cells)
        return self._logits(x)

    def _each_block(self) -> "list[Block]":
        return [block for block in self.blocks if isinstance(block, Block)]

    def _embedded(self, tokens: Tensor, labels: Tensor | None = None) -> Tensor:
        if not (self.training and tokens.is_cuda):  # where each check would synchronise the device
            self._check(tokens, labels)
        if self.config.causal:  # the mask token is the input of the first cell
            tokens = F.pad(tokens[:, :-1], (1, 0), value=self.config.codebook_size)
        x = self.token_embedding(tokens) + self.position_embedding[:, : tokens.shape[1]]
        if self.label_embedding is not None:
            if labels is None:
                labels = tokens.new_full((tokens.shape[0],), len(self.config.label_names))
            x = x + self.label_embedding(labels)[:, None]
        return x

    def _logits(self, x: Tensor) -> Tensor:
        return F.linear(self.norm(x), self.code_vectors)

    def _check(self, tokens: Tensor, labels: Tensor | None) -> None:
        cells = self.config.grid_size**2
        if tokens.shape[1] > cells:
            raise ValueError(f"{tokens.shape[1]} cells; this transformer has {cells} positions")
        check_tokens(tokens, self.config.codebook_size)
        if labels is not None and self.label_embedding is None:
            raise ValueError("this transformer was trained without labels")


class Block(nn.Module):
    """Attention, then an MLP, each with a norm before it and a residual connection."""

    def __init__(self, width: int, num_heads: int, dropout: float, causal: bool = False) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = Attention(width, num_heads, dropout, causal)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width), nn.Dropout(dropout)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, N, width) to (B, N, width)."""
        return self.attending(x)[0]

    def attending(
        self, x: Tensor, memory: Tensor | None = None, cells: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """As `forward`; and the keys and values, and with ``memory``, as in `Attention`."""
        y, keys_and_values = self.attention(self.norm1(x), memory, cells)
        x = x + y
        return x + self.mlp(self.norm2(x)), keys_and_values


class Attention(nn.Module):
    """Multi-head attention, not to later cells if ``causal``."""

    def __init__(self, width: int, num_heads: int, dropout: float, causal: bool = False) -> None:
        super().__init__()
        self.num_heads, self.causal = num_heads, causal
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, memory: Tensor | None = None, cells: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """(B, N, width) to (B, N, width), and the keys and values (2, B, heads, N, c).

        Args:
            x: of all cells, or, with ``memory``, of the given ``cells``.
            memory: keys and values of all cells, replaced by new ones at ``cells``.
            cells: (N,) long.
        """
        qkv = rearrange(self.qkv(x), "b n (three h c) -> three b h n c", three=3, h=self.num_heads)
        seen = qkv[1:] if memory is None or cells is None else memory.index_copy(3, cells, qkv[1:])
        y = F.scaled_dot_product_attention(qkv[0], seen[0], seen[1], is_causal=self.causal)
        return self.dropout(self.proj(rearrange(y, "b h n c -> b n (h c)"))), qkv[1:]


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
