"""Reference pictures for evaluation: drawn scenes, or the files of a folder."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from unleash.images.fitting import to_square
from unleash.images.reading import SUFFIXES, read_picture
from unleash.images.tensors import chw
from unleash.scenes import Scene

BATCH = 8
"""Batch size of the networks; larger ones are no faster on a CPU."""


@dataclass(frozen=True)
class Pictures:
    """A lazy sequence of pictures, since thousands of them would not fit in memory.

    Attributes:
        name: for the report.
        count: number of pictures; None if unlimited.
        get: maps an index from 0 to pixels (3, side, side) uint8 and the label, None if there is none.
    """

    name: str
    count: int | None
    get: Callable[[int], tuple[Tensor, str | None]]

    def require(self, count: int) -> None:
        """Checks that there are at least ``count`` pictures.

        Raises:
            ValueError: if there are fewer.
        """
        if self.count is not None and self.count < count:
            raise ValueError(f"{count} pictures are needed, but {self.name} has only {self.count}")

    def pixels(self, numbers: Iterable[int]) -> Iterator[Tensor]:
        """The pictures at these indices, (3, side, side) uint8 each."""
        return (self.get(number)[0] for number in numbers)


def drawn(name: str, scene: Callable[[int], Scene], side: int) -> Pictures:
    """Drawn scenes, resized to ``side`` pixels; ``scene`` maps an index to a scene."""

    def get(number: int) -> tuple[Tensor, str]:
        picture = scene(number)
        return tensor(Image.fromarray(picture.picture), side), picture.label

    return Pictures(name, None, get)


def folder(path: Path, side: int) -> Pictures:
    """The picture files of a folder in order of their names, cropped to squares of ``side`` pixels.

    Raises:
        ValueError: if there is no such folder, or it contains no pictures; from ``get``, if a file cannot be
            read.
    """
    if not path.is_dir():
        raise ValueError(f"{path} is not a folder; expected a folder of pictures")
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
    if not files:
        raise ValueError(f"no picture in {path}; expected files ending in {', '.join(sorted(SUFFIXES))}")
    return Pictures(str(path), len(files), lambda number: (tensor(read_picture(files[number]), side), None))


def tensor(image: Image.Image, side: int) -> Tensor:
    """A picture as (3, side, side) uint8, cropped and resized if necessary."""
    square = image if image.size == (side, side) else to_square(image, side, "crop")
    return chw(np.array(square))


def batches(pictures: Iterable[Tensor]) -> Iterator[Tensor]:
    """Stacks pictures (3, H, W) into batches (B, 3, H, W), B <= ``BATCH``."""
    iterator = iter(pictures)
    while batch := list(islice(iterator, BATCH)):
        yield torch.stack(batch)
