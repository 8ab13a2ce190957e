"""The randomness of a run: each image has its own generator."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor


@dataclass(frozen=True)
class Noise:
    """A step's randomness.

    Attributes:
        uniform: (B, N) in [0, 1), for the codes.
        gumbel: (B, N) standard Gumbel, for the order.
    """

    uniform: Tensor
    gumbel: Tensor


def noise(codes: Tensor, generators: Sequence[Generator] | None = None) -> Noise:
    """The noise of a step over ``codes`` (B, ...) of N cells, on their device.

    Every image draws the same amount at every step, however many of its cells are known.

    Raises:
        ValueError: if there is not one generator for each image.
    """
    drawn = torch.stack([uniform((2, codes[0].numel()), g) for g in each(generators, len(codes))])
    codes, order = drawn.to(codes.device).unbind(1)
    return Noise(codes, -torch.log(-torch.log(order.clamp(min=torch.finfo(order.dtype).tiny))))


def uniform(shape: Sequence[int], generator: Generator | None) -> Tensor:
    """Numbers in [0, 1) on the generator's device; None: of torch's global one."""
    return torch.rand(shape, generator=generator, device=generator.device if generator else None)


def each(generators: Sequence[Generator] | None, batch: int) -> Sequence[Generator | None]:
    """A generator for each of ``batch`` images; None for torch's global one.

    Raises:
        ValueError: if there are more or fewer.
    """
    if generators is None:
        return [None] * batch
    if len(generators) != batch:
        raise ValueError(f"there must be one generator for each of the {batch} images, not {len(generators)}")
    return generators
