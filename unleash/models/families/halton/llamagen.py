"""LlamaGen's image tokenizer (Sun et al., "Autoregressive Model Beats Diffusion", 2024).

The networks of the paper's VQGAN with a SiLU after the last norms, one more residual block per level in the
decoder, and low-dimensional codes that are normalised to length one.
"""

import re

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn

from unleash.models.checkpoints import Checkpoint, CheckpointError, shapes_of
from unleash.models.families.absorbing import places
from unleash.models.families.absorbing.vqgan import Decoder, Encoder, Quantizer
from unleash.models.protocol import AS_USUAL, Detail, Options, check_codes, check_images


class LlamaGenTokenizer(ModelMixin, ConfigMixin):
    """Encoder, nearest-code quantiser and decoder.

    Args:
        channels: width of the first level; level i is ``channels * channel_mult[i]`` wide.
        channel_mult: one entry per level; the resolution halves between levels.
        num_res_blocks: residual blocks in each level of the encoder; the decoder has one more.
        attended: for each level, whether its residual blocks are each followed by attention.
        latent_channels: channels of the encoder's output and the decoder's input.
        emb_dim: length of a code's vector.
        codebook_size: K, the number of codes.
    """

    @register_to_config
    def __init__(
        self,
        channels: int = 128,
        channel_mult: tuple[int, ...] = (1, 1, 2, 2, 4),
        num_res_blocks: int = 2,
        attended: tuple[bool, ...] = (False, False, False, False, True),
        latent_channels: int = 256,
        emb_dim: int = 8,
        codebook_size: int = 16384,
    ) -> None:
        super().__init__()
        widths, levels = [channels * mult for mult in channel_mult], list(attended)
        self.encoder = Encoder(3, widths, num_res_blocks, levels, latent_channels, activated=True)
        self.quant_conv = nn.Conv2d(latent_channels, emb_dim, 1)
        self.quantizer = Quantizer(codebook_size, emb_dim, unit_codes=True)
        self.post_quant_conv = nn.Conv2d(emb_dim, latent_channels, 1)
        self.decoder = Decoder(3, widths, num_res_blocks + 1, levels, latent_channels, activated=True)

    @property
    def cell_size(self) -> int:
        """Side of a cell in pixels."""
        return 2 ** (len(self.config.channel_mult) - 1)

    @property
    def codebook_size(self) -> int:
        """K, the number of codes."""
        return self.config.codebook_size

    @property
    def details(self) -> tuple[Detail, ...]:
        """Only ``full``: there is one decoder."""
        return ("full",)

    @property
    def code_vectors(self) -> Tensor:
        """(K, emb_dim) the codebook; each vector has length one."""
        return self.quantizer.embedding.weight

    def encode(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) float in [0, 1] to (B, h, w) long.

        Raises:
            ValueError: if the sides are not multiples of ``cell_size``.
        """
        check_images(images, self.cell_size)
        latents = self.quant_conv(self.encoder(images * 2 - 1))
        return self.quantizer(F.normalize(latents, dim=1))

    def decode(self, codes: Tensor, detail: Detail = "full") -> Tensor:  # noqa: ARG002 - there is one decoder
        """(B, h, w) long in [0, K) to (B, 3, H, W) float in [0, 1].

        Raises:
            ValueError: if a code is not in [0, K).
        """
        check_codes(codes, self.codebook_size)
        vectors = self.quantizer.vectors(codes)
        return ((self.decoder(self.post_quant_conv(vectors)) + 1) / 2).clamp(0, 1)


def read_tokenizer(checkpoint: Checkpoint, options: Options = AS_USUAL) -> LlamaGenTokenizer:  # noqa: ARG001
    """The tokenizer in a file such as ``vq_ds16_c2i.pt``.

    Raises:
        CheckpointError: if the file contains anything else.
    """
    checkpoint = checkpoint.without(("quantize.codebook_used",))  # how often codes were used in training
    shapes = checkpoint.shapes
    book, latent = shapes.get("quantize.embedding.weight", ()), shapes.get("encoder.conv_out.bias", ())
    if len(book) != 2 or len(latent) != 1:
        raise CheckpointError(f"{checkpoint.file} lacks quantize.embedding.weight or encoder.conv_out.bias")
    shape = places.shape_of(checkpoint, _naming("down"))
    with torch.device("meta"):
        model = LlamaGenTokenizer(**shape, latent_channels=latent[0], emb_dim=book[1], codebook_size=book[0])
    sources = {key: re.sub("^quantizer", "quantize", key) for key in model.state_dict()}
    sources |= places.names(model.encoder, model.decoder, _naming)
    wanted = shapes_of(model.state_dict())
    checkpoint.check({theirs: wanted[ours] for ours, theirs in sources.items()})
    state = {ours: checkpoint.state[theirs].float() for ours, theirs in sources.items()}
    book_key = "quantizer.embedding.weight"
    model.load_state_dict(state | {book_key: F.normalize(state[book_key], dim=-1)}, assign=True)
    return model.eval()


def _naming(way: str) -> places.Naming:
    return places.Naming(
        residual="conv_blocks.{level}.res.{n}",
        attention="conv_blocks.{level}.attn.{n}",
        resample=f"conv_blocks.{{level}}.{way}sample",
        middle=("mid.0", "mid.1", "mid.2"),
        norm="norm_out",
        inside={"conv_out": "nin_shortcut"},
    )
