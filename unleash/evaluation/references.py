"""The pictures a model is measured on: drawn scenes, or the files of a folder."""

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
"""Pictures that go through a network at once; on a CPU more are no faster."""


@dataclass(frozen=True)
class Pictures:
    """Pictures by number, each made when it is asked for: thousands of them would not fit in memory.

    Attributes:
        name: what they are, for the report.
        count: how many there are; None: as many as one likes.
        get: from a number, counted from 0, to the pixels (3, side, side) uint8 and the label, if any.
    """

    name: str
    count: int | None
    get: Callable[[int], tuple[Tensor, str | None]]

    def require(self, count: int) -> None:
        """Makes sure that there are ``count`` pictures.

        Raises:
            ValueError: if there are fewer.
        """
        if self.count is not None and self.count < count:
            raise ValueError(f"{count} pictures are needed, and {self.name} holds {self.count}")

    def pixels(self, numbers: Iterable[int]) -> Iterator[Tensor]:
        """The pictures of these numbers, (3, side, side) uint8 each."""
        return (self.get(number)[0] for number in numbers)


def drawn(name: str, scene: Callable[[int], Scene], side: int) -> Pictures:
    """Scenes that are drawn here, ``side`` pixels on a side; ``scene`` gives the one of a number."""

    def get(number: int) -> tuple[Tensor, str]:
        picture = scene(number)
        return tensor(Image.fromarray(picture.picture), side), picture.label

    return Pictures(name, None, get)


def folder(path: Path, side: int) -> Pictures:
    """The picture files of a folder in the order of their names, cut to squares of ``side`` pixels.

    Raises:
        ValueError: if there is no such folder, or it holds no pictures; and, later, for a file that
            cannot be read.
    """
    if not path.is_dir():
        raise ValueError(f"{path} is no folder; a folder of picture files is needed")
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
    if not files:
        raise ValueError(f"{path} holds no pictures: files that end in {sorted(SUFFIXES)} are needed")
    return Pictures(str(path), len(files), lambda number: (tensor(read_picture(files[number]), side), None))


def tensor(image: Image.Image, side: int) -> Tensor:
    """A picture as (3, side, side) uint8, cut and scaled where it has another size."""
    square = image if image.size == (side, side) else to_square(image, side, "crop")
    return chw(np.array(square))


def batches(pictures: Iterable[Tensor]) -> Iterator[Tensor]:
    """Stacks (3, H, W) pictures to (B, 3, H, W), at most ``BATCH`` at a time."""
    iterator = iter(pictures)
    while batch := list(islice(iterator, BATCH)):
        yield torch.stack(batch)
