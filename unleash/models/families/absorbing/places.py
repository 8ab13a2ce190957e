"""The names of a VQGAN's blocks in files that number them by level."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import nn

from unleash.models.checkpoints import Checkpoint, CheckpointError, majority
from unleash.models.families.absorbing.vqgan import (
    AttnBlock,
    Decoder,
    Downsample,
    Encoder,
    ResBlock,
    Upsample,
)


@dataclass(frozen=True)
class Naming:
    """How a format names blocks; ``{level}`` and ``{n}`` are numbers from 0.

    Attributes:
        residual: a residual block of a level.
        attention: the attention after it.
        resample: the downsampling or upsampling at the end of a level.
        middle: the residual block, attention and residual block of the middle.
        norm: the last norm.
        inside: parts of a block with other names than ours; maps ours to theirs.
    """

    residual: str
    attention: str
    resample: str
    middle: tuple[str, str, str]
    norm: str
    inside: dict[str, str]


def names(encoder: Encoder, decoder: Decoder, naming: Callable[[str], Naming]) -> dict[str, str]:
    """The keys of a tokenizer's state dict, each with the key of the same tensor in a file.

    Args:
        encoder: of the tokenizer.
        decoder: of the tokenizer.
        naming: by the way that levels go, ``"down"`` in the encoder and ``"up"`` in the decoder.
    """
    found = {}
    networks: tuple[tuple[str, Encoder | Decoder, str], ...] = (
        ("encoder", encoder, "down"),
        ("decoder", decoder, "up"),
    )
    for name, network, way in networks:
        inside = naming(way).inside
        for number, block, place in _places(network, naming(way)):
            for key in block.state_dict():
                part, _, rest = key.partition(".")
                theirs = f"{inside.get(part, part)}.{rest}" if rest else part
                found[f"{name}.blocks.{number}.{key}"] = f"{name}.{place}.{theirs}"
    return found


def shape_of(checkpoint: Checkpoint, naming: Naming) -> dict[str, Any]:
    """Channels, levels, blocks and attention of an encoder, each by a majority of the tensors.

    Returns:
        ``channels``, ``channel_mult``, ``num_res_blocks`` and, for each level, ``attended``.

    Raises:
        CheckpointError: if there are no levels, or their widths are not multiples of 32.
    """
    file, shapes = checkpoint.file, checkpoint.shapes
    residual, attention = (
        re.escape(f"encoder.{name}").replace(r"\{level\}", r"(\d+)").replace(r"\{n\}", r"(\d+)")
        for name in (naming.residual, naming.attention)
    )
    blocks: dict[int, set[int]] = {}
    outs: dict[int, list[int]] = {}
    attended = set()
    for key, shape in shapes.items():
        if (block := re.match(residual + r"\.(conv1|norm2|conv2)\.", key)) and shape:
            blocks.setdefault(int(block[1]), set()).add(int(block[2]))
            outs.setdefault(int(block[1]), []).append(shape[0])
        elif block := re.match(attention + r"\.", key):
            attended.add(int(block[1]))
    if not blocks or sorted(blocks) != list(range(len(blocks))):
        raise CheckpointError(f"{file} is not an autoencoder: levels of its encoder are missing")
    widths = [majority(outs[level]) for level in sorted(outs)]
    channels = math.gcd(*widths)
    if channels % 32 or not channels:
        raise CheckpointError(f"{file} has levels with widths {widths}; expected multiples of 32")
    return {
        "channels": channels,
        "channel_mult": tuple(width // channels for width in widths),
        "num_res_blocks": majority(map(len, blocks.values())),
        "attended": [level in attended for level in sorted(blocks)],
    }


def _places(network: Encoder | Decoder, naming: Naming) -> Iterator[tuple[int, nn.Module, str]]:
    """Each block: its index, the module, and its name in a file."""
    blocks = list(network.blocks)
    first = 1 if isinstance(network, Decoder) else len(blocks) - 5
    level = residual = attention = 0
    for number, block in enumerate(blocks):
        if number == 0:
            place = "conv_in"
        elif first <= number < first + 3:
            place = naming.middle[number - first]
        elif number == len(blocks) - 2:
            place = naming.norm
        elif number == len(blocks) - 1:
            place = "conv_out"
        elif isinstance(block, ResBlock):
            place, residual = naming.residual.format(level=level, n=residual), residual + 1
        elif isinstance(block, AttnBlock):
            place, attention = naming.attention.format(level=level, n=attention), attention + 1
        else:
            assert isinstance(block, Downsample | Upsample)
            place = naming.resample.format(level=level)
            level, residual, attention = level + 1, 0, 0
        yield number, block, place
