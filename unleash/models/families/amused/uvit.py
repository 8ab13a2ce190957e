"""diffusers' two networks of aMUSEd, adapted to the protocol of a family."""

from typing import Any

import torch
import torch.nn.functional as F
from diffusers import ModelMixin, UVit2DModel, VQModel  # noqa: F401 - diffusers looks for the base class here
from einops import rearrange
from torch import Tensor

from unleash.models.checkpoints import Checkpoint, CheckpointError, shapes_of
from unleash.models.protocol import (
    AS_USUAL,
    Condition,
    Conditioning,
    Detail,
    Options,
    ReadText,
    check_codes,
    check_images,
    check_tokens,
)

_CELL_SIZE = 16
"""Side of a cell in pixels, in both published models."""

_AESTHETIC_SCORE = 6
"""Requested aesthetic score, from 0 to 10; the default of diffusers' pipeline."""


class AmusedTokenizer(VQModel):
    """Encoder, nearest-code quantiser and decoder; its configuration is that of diffusers' ``VQModel``."""

    @property
    def cell_size(self) -> int:
        """Side of a cell in pixels."""
        return 2 ** (len(self.config.block_out_channels) - 1)

    @property
    def codebook_size(self) -> int:
        """K, the number of codes."""
        return self.config.num_vq_embeddings

    @property
    def details(self) -> tuple[Detail, ...]:
        """Only ``full``: there is one decoder."""
        return ("full",)

    @property
    def code_vectors(self) -> Tensor:
        """(K, d) the codebook."""
        return self.quantize.embedding.weight

    def encode(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) float in [0, 1] to (B, h, w) long.

        Raises:
            ValueError: if the sides are not multiples of ``cell_size``.
        """
        check_images(images, self.cell_size)
        latents = super().encode(images).latents
        _, _, (_, _, codes) = self.quantize(latents)
        return codes.view(len(latents), *latents.shape[2:])

    def decode(self, codes: Tensor, detail: Detail = "full") -> Tensor:  # noqa: ARG002 - there is one decoder
        """(B, h, w) long in [0, K) to (B, 3, H, W) float in [0, 1].

        Raises:
            ValueError: if a code is not in [0, K).
        """
        check_codes(codes, self.codebook_size)
        shape = (*codes.shape, self.code_vectors.shape[1])
        return super().decode(codes, force_not_quantize=True, shape=shape).sample.clamp(0, 1)


class AmusedTransformer(UVit2DModel):
    """A distribution over codes for every cell, given a prompt; configured as diffusers' ``UVit2DModel``."""

    @property
    def codebook_size(self) -> int:
        """K, the number of codes."""
        return self.config.codebook_size

    @property
    def grid_size(self) -> int:
        """Cells on a side of the grid it was trained on."""
        return self.config.sample_size

    @property
    def window_size(self) -> None:
        """None: without learned positions, a grid of any size can be evaluated at once."""
        return

    @property
    def conditioning(self) -> Conditioning:
        """``"text"``: it takes prompts."""
        return "text"

    @property
    def labels(self) -> tuple[str, ...]:
        """Empty."""
        return ()

    @property
    def causal(self) -> bool:
        """False: every cell attends to every other."""
        return False

    def condition(self, asked: str | None, read_text: ReadText | None = None) -> Condition:
        """CLIP's encoding of a prompt; None is encoded as an empty prompt.

        Returns:
            (1, 77, d), its tokens in the last but one layer, and (1, D), the pooled embedding.

        Raises:
            ValueError: if ``read_text`` is missing.
        """
        if read_text is None:
            raise ValueError("this model takes prompts, but it was loaded without its text encoder")
        read = read_text(asked or "")
        return read.hidden_states[-2].to(self.dtype), read.text_embeds.to(self.dtype)

    def logits(self, tokens: Tensor, condition: Condition) -> Tensor:
        """(B, h, w) long, K where masked, to (B, h * w, K) float.

        Raises:
            ValueError: if a token is out of range.
        """
        check_tokens(tokens, self.codebook_size)
        words, whole = condition
        height, width = tokens.shape[1:]
        # Micro-conditioning: width, height, the crop's corner, and the aesthetic score.
        about = [width * _CELL_SIZE, height * _CELL_SIZE, 0, 0, _AESTHETIC_SCORE]
        about_all = words.new_tensor(about).expand(tokens.shape[0], -1)
        masked = tokens.masked_fill(tokens == self.codebook_size, self.config.vocab_size - 1)
        even = (0, width % 2, 0, height % 2) if self.config.downsample else (0, 0, 0, 0)
        masked = F.pad(masked, even, value=self.config.vocab_size - 1)
        logits = self(masked, words, whole, about_all)[..., :height, :width]
        return rearrange(logits, "b k h w -> b (h w) k")


def read_tokenizer(checkpoint: Checkpoint, options: Options = AS_USUAL) -> AmusedTokenizer:  # noqa: ARG001
    """The tokenizer in ``vqvae/``.

    Raises:
        CheckpointError: if the file contains anything else, or has no ``config.json`` beside it.
    """
    return _read(checkpoint, AmusedTokenizer)


def read_transformer(checkpoint: Checkpoint, options: Options = AS_USUAL) -> AmusedTransformer:
    """The transformer in ``transformer/``.

    Raises:
        CheckpointError: as :func:`read_tokenizer`.
    """
    changes = {} if options.heads is None else {"num_attention_heads": options.heads}
    return _read(checkpoint, AmusedTransformer, changes)


def _read(checkpoint: Checkpoint, kind: Any, changes: dict[str, Any] | None = None) -> Any:
    if not checkpoint.config:
        raise CheckpointError(f"{checkpoint.file} needs the config.json that was published beside it")
    try:
        with torch.device("meta"):
            model = kind.from_config(checkpoint.config | (changes or {}))
    except (ValueError, TypeError, RuntimeError, ZeroDivisionError) as error:
        line = str(error).splitlines()[0]
        raise CheckpointError(f"{checkpoint.file.with_name('config.json')} cannot be used: {line}") from error
    checkpoint.check(shapes_of(model.state_dict()))
    model.load_state_dict({key: value.float() for key, value in checkpoint.state.items()}, assign=True)
    return model.eval()
