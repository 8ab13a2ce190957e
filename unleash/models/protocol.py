"""The protocol through which sampling, canvas and page use a model of any family.

A family is a pair of an `ImageTokenizer` (pictures to codes and back) and a `TokenPredictor` (which code a
cell may have). Both are diffusers models: each has a folder with its configuration and weights.
CONTRIBUTING.md says how to add a family.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, TypeGuard, runtime_checkable

import torch
from torch import Tensor

from unleash.canvas.messages import quoted
from unleash.models.checkpoints import Checkpoint

Conditioning = Literal["none", "label", "text"]
"""What a predictor is conditioned on: nothing, one of its labels, or a prompt."""

Condition: TypeAlias = tuple[Tensor, ...]
"""Conditioning tensors (B, ...) of a prediction besides the tokens; may be empty."""

ReadText: TypeAlias = Callable[[str], Any]
"""Maps a prompt to the output of a model's text encoder with all hidden states."""

Memory: TypeAlias = Tensor
"""What a `ReusingPredictor` keeps of an evaluation; its shape is the predictor's own."""

Detail = Literal["preview", "full", "large"]
"""Which decoder draws a picture."""


class ImageTokenizer(Protocol):
    """Pictures to codes and back.

    Attributes:
        cell_size: side of a cell in pixels.
        codebook_size: K, the number of codes.
        details: the details it can decode; includes ``full``.
        code_vectors: (K, d) the codebook as its decoder receives it.
    """

    @property
    def cell_size(self) -> int: ...  # noqa: D102
    @property
    def codebook_size(self) -> int: ...  # noqa: D102
    @property
    def details(self) -> tuple[Detail, ...]: ...  # noqa: D102
    @property
    def code_vectors(self) -> Tensor: ...  # noqa: D102

    def encode(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) float in [0, 1], H and W multiples of ``cell_size``, to (B, h, w) long in [0, K)."""
        ...

    def decode(self, codes: Tensor, detail: Detail = "full") -> Tensor:
        """(B, h, w) long in [0, K) to (B, 3, H, W) float in [0, 1]; ``detail`` is a wish."""
        ...


class TokenPredictor(Protocol):
    """A distribution over codes for every cell of a partly masked grid.

    Attributes:
        codebook_size: K; the mask token is K, whatever the network uses itself.
        grid_size: side in cells of the square grid it was trained on.
        window_size: side in cells of the windows in which larger grids are evaluated, where positions are
            learned; None if a grid of any size can be evaluated at once.
        conditioning: what it is conditioned on.
        labels: names of the labels, the most useful first; empty unless ``conditioning`` is "label".
        causal: whether a cell only depends on earlier ones in raster order.
    """

    @property
    def codebook_size(self) -> int: ...  # noqa: D102
    @property
    def grid_size(self) -> int: ...  # noqa: D102
    @property
    def window_size(self) -> int | None: ...  # noqa: D102
    @property
    def conditioning(self) -> Conditioning: ...  # noqa: D102
    @property
    def labels(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def causal(self) -> bool: ...  # noqa: D102

    def condition(self, asked: str | None, read_text: ReadText | None = None) -> Condition:
        """The condition for a label or prompt, each tensor (1, ...); None: unconditional.

        Raises:
            ValueError: if there is no such label.
        """
        ...

    def logits(self, tokens: Tensor, condition: Condition) -> Tensor:
        """(B, h, w) long, K where masked, and a condition of B to (B, h * w, K) float."""
        ...


@runtime_checkable
class ReusingPredictor(TokenPredictor, Protocol):
    """A predictor that can evaluate some cells only, with what it computed of the others before."""

    def remember(self, tokens: Tensor, condition: Condition) -> tuple[Tensor, Memory]:
        """The logits as `logits` gives them, and what `recall` needs of this evaluation."""
        ...

    def recall(self, tokens: Tensor, condition: Condition, cells: Tensor, memory: Memory) -> Tensor:
        """(B, h, w) long, K where masked, to the logits (B, n, K) float of the ``cells`` (n,) long.

        These see one another as they are now, and all other cells as they were in ``memory``.
        """
        ...


def can_reuse(predictor: TokenPredictor) -> TypeGuard[ReusingPredictor]:
    """Whether a predictor is a `ReusingPredictor` as it is configured; a causal one is not."""
    return isinstance(predictor, ReusingPredictor) and not predictor.causal


@dataclass(frozen=True)
class Options:
    """What cannot be inferred from the shapes of tensors.

    Attributes:
        heads: attention heads of the predictor; None: as in the files beside it, or the usual number.
        image_size: side of the training pictures in pixels; None likewise.
    """

    heads: int | None = None
    image_size: int | None = None


AS_USUAL = Options()


@dataclass(frozen=True)
class FileFormat:
    """The two files of a model as their authors publish them.

    Attributes:
        name: name in messages.
        tokenizer_key: a prefix of keys that only its tokenizers have.
        predictor_key: the same for predictors.
        read_tokenizer: reads the tokenizer's file.
        read_predictor: reads the predictor's file.
        folder: ``_class_name`` in the ``model_index.json`` of a folder with both files, if there are such.
        tokenizer_file: path in that folder.
        predictor_file: likewise.
    """

    name: str
    tokenizer_key: str
    predictor_key: str
    read_tokenizer: Callable[[Checkpoint, Options], Any]
    read_predictor: Callable[[Checkpoint, Options], Any]
    folder: str | None = None
    tokenizer_file: str = ""
    predictor_file: str = ""


@dataclass(frozen=True)
class FullSize:
    """Networks of a published size without their weights.

    Attributes:
        name: name of the model with that size.
        tokenizer: on the meta device.
        predictor: likewise.
        others: creates the family's further parts with random weights, by their names in the pipeline.
    """

    name: str
    tokenizer: Any
    predictor: Any
    others: Callable[[], dict[str, Any]] = dict


@dataclass(frozen=True)
class Family:
    """A kind of model.

    Attributes:
        name: name of its folder.
        tokenizer: class of its image tokenizers.
        predictor: class of its token predictors.
        formats: the file formats it can be converted from.
        defaults: sampling settings from its paper, by name, for models that are converted.
        full_size: creates both networks at a published size on the meta device, for benchmarks.
        others: class names in transformers of further parts, by their names in the pipeline and in
            published folders.
    """

    name: str
    tokenizer: type
    predictor: type
    formats: tuple[FileFormat, ...]
    full_size: Callable[[], "FullSize"]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)


def label_index(labels: Sequence[str], asked: str) -> int:
    """The index of a label.

    Raises:
        ValueError: if there is no such label.
    """
    if asked not in labels:
        raise ValueError(f"the model has no label {quoted(asked)}; {known_labels(labels)}")
    return labels.index(asked)


def known_labels(labels: Sequence[str]) -> str:
    """The labels as text, the first ones if there are many."""
    if not labels:
        return "it has none"
    more = f" and {len(labels) - 12:,} more" if len(labels) > 12 else ""
    return f"its labels are {', '.join(labels[: 12 if more else None])}{more}"


def joined(conditions: Sequence[Condition]) -> Condition:
    """Concatenates the conditions of several batches."""
    return tuple(torch.cat(parts) for parts in zip(*conditions, strict=True))


def repeated(condition: Condition, times: int) -> Condition:
    """Expands a condition for a batch of one to ``times``."""
    return tuple(part.expand(times, *part.shape[1:]) for part in condition)


def check_images(images: Tensor, cell_size: int) -> None:
    """Checks the shape of pictures.

    Raises:
        ValueError: if not.
    """
    if images.ndim != 4 or images.shape[1] != 3 or any(side % cell_size for side in images.shape[2:]):
        raise ValueError(
            f"pictures must have shape (B, 3, H, W), with H and W multiples of {cell_size}, "
            f"not {tuple(images.shape)}"
        )


def check_codes(codes: Tensor, codebook_size: int) -> None:
    """Checks that codes are a grid of a codebook's codes without the mask token.

    Raises:
        ValueError: if not.
    """
    last = codebook_size - 1
    if codes.ndim != 3 or codes.numel() == 0 or codes.min() < 0 or codes.max() > last:
        raise ValueError(f"codes must be a (B, h, w) grid of whole numbers from 0 to {last}")


def check_tokens(tokens: Tensor, codebook_size: int) -> None:
    """Checks that tokens are codes or the mask token.

    Raises:
        ValueError: if not.
    """
    if tokens.numel() and (tokens.min() < 0 or tokens.max() > codebook_size):
        raise ValueError(
            f"tokens must be codes from 0 to {codebook_size - 1}, or the mask token {codebook_size}"
        )
