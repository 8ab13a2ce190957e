"""Pictures to train on."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from unleash.scenes import LABELS, Scene, draw

FIRST_TRAINING_SEED = 1_000_000
"""Scenes with smaller seeds are never trained on: evaluation and examples draw from those."""


class ScenePictures(IterableDataset):
    """Drawn scenes without end, every label equally often, no picture twice.

    Yields a picture, (3, 256, 256) uint8, and the index of its label.

    Args:
        start: how many pictures of the stream have been used already; a resumed run goes on from there.
    """

    def __init__(self, start: int = 0) -> None:
        self.start = start

    def __iter__(self) -> Iterator[tuple[Tensor, int]]:
        """From ``start`` on; workers take every n-th picture."""
        worker = get_worker_info()
        offset, stride = (worker.id, worker.num_workers) if worker else (0, 1)
        index = self.start + offset
        while True:
            scene = training_scene(index)
            yield chw(scene.picture), LABELS.index(scene.label)
            index += stride


def training_scene(index: int) -> Scene:
    """The ``index``-th picture of the training stream."""
    return draw(LABELS[index % len(LABELS)], FIRST_TRAINING_SEED + index // len(LABELS))


def held_out_scene(index: int) -> Scene:
    """The ``index``-th picture of those never trained on."""
    return draw(LABELS[index % len(LABELS)], index // len(LABELS))


def chw(picture: np.ndarray) -> Tensor:
    """A picture (H, W, 3) as a (3, H, W) tensor, uint8."""
    return torch.from_numpy(picture).permute(2, 0, 1).contiguous()


def scene_loader(start: int, batch_size: int) -> DataLoader:
    """Batches of ``ScenePictures``, drawn by one process beside the training."""
    return DataLoader(
        ScenePictures(start), batch_size, num_workers=1, prefetch_factor=8, worker_init_fn=_single_thread
    )


def detailed_crops(pictures: Tensor, size: int, per_picture: int, generator: torch.Generator) -> Tensor:
    """Cuts squares out of pictures, where there is much to see rather than empty sky.

    Of two places drawn for each square, the one with the larger differences between neighbouring pixels
    is taken. Places are multiples of 16 pixels, so that cells stay cells.

    Args:
        pictures: (B, 3, H, W) uint8.
        size: pixels on a side of the squares.
        per_picture: how many squares to cut out of each picture.
        generator: draws the places.

    Returns:
        (B * per_picture, 3, size, size) float in [0, 1].
    """
    places = (pictures.shape[-1] - size) // 16 + 1
    corners = torch.randint(0, places, (len(pictures), per_picture, 2, 2), generator=generator) * 16
    crops = [
        max((picture[:, y : y + size, x : x + size].float() / 255 for y, x in pair), key=_detail)
        for picture, pairs in zip(pictures, corners.tolist(), strict=True)
        for pair in pairs
    ]
    return torch.stack(crops)


def _detail(square: Tensor) -> float:
    return float(square[:, ::2, ::2].diff().abs().mean())


def _single_thread(_worker: int) -> None:
    torch.set_num_threads(1)
