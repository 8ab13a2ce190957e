"""The VQGAN: pictures to grids of codes and back (Esser et al., "Taming Transformers", CVPR 2021)."""

from collections.abc import Mapping
from math import isqrt
from typing import Any

import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from einops import rearrange
from torch import Tensor, nn

from unleash.models.protocol import Detail, check_codes, check_images


class VQGAN(ModelMixin, ConfigMixin):
    """Encoder, nearest-code quantiser and decoder.

    With ``patch_size`` 1 this is the network of the paper's checkpoints. A larger ``patch_size`` folds
    that many pixels per side into channels before the first convolution and unfolds them after the last,
    so that all convolutions work at a lower resolution.

    Args:
        image_size: side of the training pictures in pixels.
        channels: width of the first level; level i is ``channels * channel_mult[i]`` wide.
        channel_mult: one entry per level; the resolution halves between levels.
        num_res_blocks: residual blocks in each level, of encoder and decoder alike.
        attn_resolutions: resolutions (cells per side) whose residual blocks are each followed by attention.
        emb_dim: length of a code's vector.
        codebook_size: K, the number of codes.
        patch_size: pixels per side that are folded into channels.
        unit_codes: whether codes and latents are normalised to length one before they are compared.
        linear_path: whether a linear map of each cell's pixels is added to encoder and decoder, which then
            learn the residual. Training starts with the principal components.
        decoder_shape: where the decoder differs from the encoder: any of ``channels``, ``channel_mult``,
            ``num_res_blocks``, ``attn_resolutions`` and ``patch_size``. A decoder that works at higher
            resolutions draws sharper pictures of the same codes.
        preview_shape: the same for a second, small decoder for the previews of a run; None: without
            one.
        large_shape: ``channels`` and ``num_res_blocks`` of a last stage of the decoder, which draws pictures
            with twice as many pixels per side; None: without one.

    Raises:
        ValueError: if encoder and decoders have different cell sizes.
    """

    @register_to_config
    def __init__(
        self,
        image_size: int = 256,
        channels: int = 128,
        channel_mult: tuple[int, ...] = (1, 1, 2, 2, 4),
        num_res_blocks: int = 2,
        attn_resolutions: tuple[int, ...] = (16,),
        emb_dim: int = 256,
        codebook_size: int = 1024,
        patch_size: int = 1,
        unit_codes: bool = False,
        linear_path: bool = False,
        decoder_shape: Mapping[str, Any] | None = None,
        preview_shape: Mapping[str, Any] | None = None,
        large_shape: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__()
        shape: dict[str, Any] = {
            "channels": channels,
            "channel_mult": channel_mult,
            "num_res_blocks": num_res_blocks,
            "attn_resolutions": attn_resolutions,
            "patch_size": patch_size,
        }
        cell_size = patch_size * 2 ** (len(channel_mult) - 1)

        def decoder(changes: Mapping[str, Any] | None) -> Decoder:
            own = shape | dict(changes or {})
            cell = own["patch_size"] * 2 ** (len(own["channel_mult"]) - 1)
            if cell != cell_size:
                raise ValueError(
                    f"encoder and decoders must have the same cell size, not {cell_size} and {cell} pixels"
                )
            return Decoder(*_levels(image_size, **own), emb_dim)

        self.encoder = Encoder(*_levels(image_size, **shape), emb_dim)
        self.quantizer = Quantizer(codebook_size, emb_dim, unit_codes)
        self.decoder = decoder(decoder_shape)
        self.preview_decoder = None if preview_shape is None else decoder(preview_shape)
        self.enlarger = None if large_shape is None else Enlarger(self.decoder, **large_shape)
        cell = 3 * self.cell_size**2
        self.linear_in = nn.Conv2d(cell, emb_dim, 1) if linear_path else None
        self.linear_out = nn.Conv2d(emb_dim, cell, 1) if linear_path else None

    @property
    def cell_size(self) -> int:
        """Side of a cell in pixels."""
        return self.config.patch_size * 2 ** (len(self.config.channel_mult) - 1)

    @property
    def details(self) -> tuple[Detail, ...]:
        """The details this network can decode."""
        has: dict[Detail, bool] = {
            "preview": self.preview_decoder is not None,
            "full": True,
            "large": self.enlarger is not None,
        }
        return tuple(detail for detail, there in has.items() if there)

    @property
    def codebook_size(self) -> int:
        """K, the number of codes."""
        return self.config.codebook_size

    @property
    def code_vectors(self) -> Tensor:
        """(K, emb_dim) the codebook."""
        return self.quantizer.embedding.weight

    def encode(self, images: Tensor) -> Tensor:
        """Encodes pictures.

        Args:
            images: (B, 3, H, W) float in [0, 1]; H and W are multiples of ``cell_size``.

        Returns:
            (B, H / cell_size, W / cell_size) long.

        Raises:
            ValueError: if the sides are not multiples of ``cell_size``.
        """
        check_images(images, self.cell_size)
        return self.quantizer(self.latents(images))

    def decode(self, codes: Tensor, detail: Detail = "full") -> Tensor:
        """Decodes codes to pictures.

        Args:
            codes: (B, h, w) long in [0, K).
            detail: ``preview`` uses the small decoder, many times faster and less sharp, ``large`` doubles
                the pixels per side; without the decoder for it, ``full`` is used.

        Returns:
            (B, 3, h * cell_size, w * cell_size) float in [0, 1], or twice as many pixels per side.

        Raises:
            ValueError: if a code is not in [0, K).
        """
        check_codes(codes, self.codebook_size)
        return self.pixels(self.quantizer.vectors(codes), detail).clamp(0, 1)

    def latents(self, images: Tensor) -> Tensor:
        """Encodes pictures without quantisation: (B, 3, H, W) to (B, emb_dim, h, w)."""
        z = self.encoder(F.pixel_unshuffle(images, self.config.patch_size))
        if self.linear_in is not None:
            z = z + self.linear_in(F.pixel_unshuffle(images, self.cell_size))
        return F.normalize(z, dim=1) if self.config.unit_codes else z

    def pixels(self, vectors: Tensor, detail: Detail = "full") -> Tensor:
        """Decodes code vectors, (B, emb_dim, h, w) to (B, 3, H, W), as `decode` but without clipping."""
        decoder = (self.preview_decoder if detail == "preview" else None) or self.decoder
        features = decoder.features(vectors)
        images = decoder.unfolded(features)
        if self.linear_out is not None:
            images = images + self.linear_pixels(vectors)
        return self.enlarger(features, images) if detail == "large" and self.enlarger else images

    def linear_pixels(self, vectors: Tensor) -> Tensor:
        """The linear path's contribution to :meth:`pixels`; only for networks with one."""
        assert self.linear_out is not None
        return F.pixel_shuffle(self.linear_out(vectors), self.cell_size)


class Quantizer(nn.Module):
    """A codebook of K vectors; a latent's code is the index of the nearest vector (L2 distance)."""

    def __init__(self, codebook_size: int, emb_dim: int, unit_codes: bool) -> None:
        super().__init__()
        self.embedding = nn.Embedding(codebook_size, emb_dim)
        nn.init.uniform_(self.embedding.weight, -1 / codebook_size, 1 / codebook_size)
        if unit_codes:
            nn.init.normal_(self.embedding.weight)
            self.embedding.weight.data = F.normalize(self.embedding.weight.data)

    def forward(self, z: Tensor) -> Tensor:
        """Latents (B, emb_dim, h, w) to codes (B, h, w) long."""
        flat = rearrange(z, "b c h w -> (b h w) c")
        book = self.embedding.weight
        distances = (
            flat.square().sum(1, keepdim=True) + book.square().sum(1) - 2 * flat @ book.T
        )  # |z - e|² multiplied out, as in the paper's code, so that rounding breaks ties in the same way
        return rearrange(distances.argmin(1), "(b h w) -> b h w", b=z.shape[0], h=z.shape[2])

    def vectors(self, codes: Tensor) -> Tensor:
        """Codes (B, h, w) to their vectors (B, emb_dim, h, w)."""
        return rearrange(self.embedding(codes), "b h w c -> b c h w")


class Encoder(nn.Module):
    """Pixels to latents: levels of residual blocks with downsampling between them, then a middle block.

    ``activated``: whether a SiLU follows the last norm, unlike in the paper's networks.
    """

    def __init__(
        self,
        pixels: int,
        widths: list[int],
        num_res_blocks: int,
        attended: list[bool],
        emb_dim: int,
        activated: bool = False,
    ) -> None:
        super().__init__()
        blocks: list[nn.Module] = [nn.Conv2d(pixels, widths[0], 3, padding=1)]
        width = widths[0]
        for level, (out, attention) in enumerate(zip(widths, attended, strict=True)):
            blocks += _level(width, out, num_res_blocks, attention)
            width = out
            if level < len(widths) - 1:
                blocks.append(Downsample(width))
        blocks += [ResBlock(width, width), AttnBlock(width), ResBlock(width, width)]
        blocks += [_norm(width, activated), nn.Conv2d(width, emb_dim, 3, padding=1)]
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> Tensor:
        """(B, pixels, H, W) to (B, emb_dim, h, w)."""
        return self.blocks(x)


class Decoder(nn.Module):
    """Code vectors to pixels: the encoder reversed, upsampling between levels, then unfolding the channels.

    ``activated``: whether a SiLU follows the last norm, unlike in the paper's networks.
    """

    def __init__(
        self,
        pixels: int,
        widths: list[int],
        num_res_blocks: int,
        attended: list[bool],
        emb_dim: int,
        activated: bool = False,
    ) -> None:
        super().__init__()
        self.patch_size, self.width = isqrt(pixels // 3), widths[0]
        width = widths[-1]
        blocks: list[nn.Module] = [nn.Conv2d(emb_dim, width, 3, padding=1)]
        blocks += [ResBlock(width, width), AttnBlock(width), ResBlock(width, width)]
        for level in reversed(range(len(widths))):
            blocks += _level(width, widths[level], num_res_blocks, attended[level])
            width = widths[level]
            if level > 0:
                blocks.append(Upsample(width))
        blocks += [_norm(width, activated), nn.Conv2d(width, pixels, 3, padding=1)]
        self.blocks = nn.Sequential(*blocks)

    def forward(self, z: Tensor) -> Tensor:
        """(B, emb_dim, h, w) to (B, 3, H, W)."""
        return self.unfolded(self.features(z))

    def features(self, z: Tensor) -> Tensor:
        """The input of the last norm and convolution: (B, width, H / patch_size, W / patch_size)."""
        return self.blocks[:-2](z)

    def unfolded(self, features: Tensor) -> Tensor:
        """Features to pictures (B, 3, H, W)."""
        return F.pixel_shuffle(self.blocks[-2:](features), self.patch_size)


class Enlarger(nn.Module):
    """A last stage of a decoder: doubles the pixels per side of its picture.

    It adds a residual to the upsampled picture, zero before training.
    """

    def __init__(self, decoder: Decoder, channels: int, num_res_blocks: int) -> None:
        super().__init__()
        self.patch_size, width = decoder.patch_size, decoder.width
        blocks: list[nn.Module] = [Upsample(width), *_level(width, channels, num_res_blocks, False)]
        last = nn.Conv2d(channels, 3 * self.patch_size**2, 3, padding=1)
        nn.init.zeros_(last.weight)
        assert last.bias is not None
        nn.init.zeros_(last.bias)
        self.blocks = nn.Sequential(*blocks, _norm(channels), last)

    def forward(self, features: Tensor, images: Tensor) -> Tensor:
        """Features (B, width, H / patch_size, W / patch_size), images (B, 3, H, W) to (B, 3, 2H, 2W)."""
        added = F.pixel_shuffle(self.blocks(features), self.patch_size)
        return F.interpolate(images, scale_factor=2.0, mode="bilinear") + added


class ResBlock(nn.Module):
    """Two normalised 3×3 convolutions with a shortcut, a 1×1 convolution where the width changes."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.norm1 = SiLUNorm(32, width, eps=1e-6)
        self.conv1 = nn.Conv2d(width, out, 3, padding=1)
        self.norm2 = SiLUNorm(32, out, eps=1e-6)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.conv_out = nn.Conv2d(width, out, 1) if width != out else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, h, w) to (B, out, h, w)."""
        y = self.conv2(self.norm2(self.conv1(self.norm1(x))))
        return self.conv_out(x) + y


class SiLUNorm(nn.GroupNorm):
    """A group norm followed by SiLU, which a GPU can fuse."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, h, w) to (B, width, h, w), in the same precision."""
        return F.silu(super().forward(x)).to(x.dtype)


class AttnBlock(nn.Module):
    """Self-attention over all cells, with one head."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = _norm(width)
        self.q = nn.Conv2d(width, width, 1)
        self.k = nn.Conv2d(width, width, 1)
        self.v = nn.Conv2d(width, width, 1)
        self.proj_out = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, h, w) to (B, width, h, w)."""
        y = self.norm(x)
        q, k, v = (rearrange(f(y), "b c h w -> b 1 (h w) c") for f in (self.q, self.k, self.v))
        y = F.scaled_dot_product_attention(q, k, v)
        return x + self.proj_out(rearrange(y, "b 1 (h w) c -> b c h w", h=x.shape[2]))


class Downsample(nn.Module):
    """Halves the resolution by a 3×3 convolution of stride 2, padded only right and below."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, h, w) to (B, width, h / 2, w / 2)."""
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    """Doubles the resolution by repeating each value, then convolves."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, h, w) to (B, width, 2h, 2w)."""
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


def _levels(
    image_size: int,
    channels: int,
    channel_mult: tuple[int, ...],
    num_res_blocks: int,
    attn_resolutions: tuple[int, ...],
    patch_size: int,
) -> tuple[int, list[int], int, list[bool]]:
    """Channels of the folded picture; width of each level; blocks per level; which levels have attention."""
    planes = [image_size // patch_size // 2**level for level in range(len(channel_mult))]
    widths = [channels * mult for mult in channel_mult]
    return 3 * patch_size**2, widths, num_res_blocks, [side in attn_resolutions for side in planes]


def _level(width: int, out: int, num_res_blocks: int, attention: bool) -> list[nn.Module]:
    blocks: list[nn.Module] = []
    for _ in range(num_res_blocks):
        blocks.append(ResBlock(width, out))
        width = out
        if attention:
            blocks.append(AttnBlock(out))
    return blocks


def _norm(width: int, activated: bool = False) -> nn.GroupNorm:
    return (SiLUNorm if activated else nn.GroupNorm)(32, width, eps=1e-6)
