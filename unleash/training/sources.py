"""Sources of training pictures: drawn scenes, a folder, or a Hugging Face dataset."""

import itertools
import logging
import os
from collections.abc import Iterator
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from unleash.images.reading import SUFFIXES, read_picture
from unleash.images.tensors import chw
from unleash.scenes import LABELS, Scene
from unleash.scenes.painter import SIZE
from unleash.scenes.splits import held_out_scene, training_scene

log = logging.getLogger(__name__)

Example = tuple[Tensor, int]
"""A picture (3, S, S) uint8 and its label index, 0 if there are no labels."""

HELD_OUT_OF_A_STREAM = 128


class Pictures(Protocol):
    """An endless, reproducible sequence of training pictures.

    Attributes:
        labels: label names; empty if there are none.
        size: number of distinct pictures; None if unlimited or unknown.
    """

    labels: tuple[str, ...]
    size: int | None

    def held_out(self, count: int) -> list[Example]:
        """Between 1 and ``count`` held-out pictures."""
        ...

    def dataset(self, start: int, rank: int, world: int) -> dict[str, Any]:
        """Arguments of a ``DataLoader`` over every ``world``-th position.

        Args:
            start: number of pictures that this process has already used.
            rank: of this process.
            world: number of processes.
        """
        ...


def open_pictures(data: str, side: int, augment: bool = False, seed: int = 0) -> Pictures:
    """Opens the pictures named by the ``data`` of a run.

    Args:
        data: ``scenes``, ``hf:`` and the name of a Hugging Face dataset, or a folder.
        side: in pixels; pictures are resized by their shorter side and cropped to a square.
        augment: whether to crop at random and mirror half of the time, instead of cropping the centre.
        seed: of the order and the augmentation.

    Raises:
        ValueError: if there is no such folder, or it contains no picture.
    """
    if data == "scenes":
        return DrawnScenes(side)
    if data.startswith("hf:"):
        return HubPictures(data.removeprefix("hf:"), side, augment, seed)
    return FolderPictures(Path(data).expanduser(), side, augment, seed)


def picture_loader(
    pictures: Pictures, start: int, batch_size: int, workers: int = 1, rank: int = 0, world: int = 1
) -> DataLoader:
    """Batches of pictures (B, 3, S, S) uint8 and labels (B,) long, read by worker processes.

    Args:
        pictures: the source.
        start: number of pictures that this process has already used, when a run is resumed.
        batch_size: pictures per batch.
        workers: number of worker processes; a streamed dataset has one.
        rank: of this training process.
        world: number of training processes.
    """
    source = pictures.dataset(start, rank, world)
    return DataLoader(
        **source,
        batch_size=batch_size,
        num_workers=1 if isinstance(source["dataset"], IterableDataset) else workers,
        prefetch_factor=8,
        worker_init_fn=_single_thread,
        generator=torch.Generator(),  # otherwise it would draw from the global generator
    )


class DrawnScenes:
    """Endless drawn scenes: labels are equally frequent, no picture occurs twice."""

    labels: tuple[str, ...] = LABELS
    size: int | None = None

    def __init__(self, side: int) -> None:
        self.side = side
        self.scale = max(1, ceil(side / SIZE))  # downscaling stays sharp, upscaling would not

    def __getitem__(self, position: int) -> Example:
        """The scene at a position."""
        return self._example(training_scene(position, self.scale))

    def held_out(self, count: int) -> list[Example]:
        """Scenes whose seeds are not used for training."""
        return [self._example(held_out_scene(index, self.scale)) for index in range(count)]

    def dataset(self, start: int, rank: int, world: int) -> dict[str, Any]:
        """Every ``world``-th scene from ``start`` on."""
        return {"dataset": self, "sampler": itertools.count(start * world + rank, world)}

    def _example(self, scene: Scene) -> Example:
        picture = fitted(Image.fromarray(scene.picture), self.side)
        return picture, LABELS.index(scene.label)


class FolderPictures:
    """The pictures in a folder, recursively; if all are in subfolders, the subfolders are the labels.

    The order is reshuffled every epoch. An unusable file is logged once and replaced by the next one. One in
    ten pictures, at most 128, is held out, except when that would leave none to train on.

    Raises:
        ValueError: if there is no such folder, or it contains no file with a picture's extension.
    """

    def __init__(self, folder: Path, side: int, augment: bool, seed: int) -> None:
        if not folder.is_dir():
            raise ValueError(f"data: there is no folder {folder}; expected scenes, hf:NAME or a folder")
        files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        if not files:
            raise ValueError(
                f"data: no picture in {folder}; expected files ending in {', '.join(sorted(SUFFIXES))}"
            )
        self.folder, self.side, self.augment, self.seed = folder, side, augment, seed
        names = [path.relative_to(folder).parts[0] for path in files if path.parent != folder]
        # Labels need every picture in a subfolder.
        self.labels = tuple(sorted(set(names))) if len(names) == len(files) else ()
        every = max(10, -(-len(files) // 128))
        self.held = files[::every]
        self.files = [path for index, path in enumerate(files) if index % every] or files
        self.size: int | None = len(self.files)
        self._bad: set[Path] = set()
        self._epoch, self._order = 0, shuffled(len(self.files), seed, 0)

    def __getitem__(self, position: int) -> Example:
        """The picture at a position: file ``position % size`` in that epoch's order."""
        random = np.random.default_rng((self.seed, position)) if self.augment else None
        epoch, place = divmod(position, len(self.files))
        if epoch != self._epoch:
            self._epoch, self._order = epoch, shuffled(len(self.files), self.seed, epoch)
        for further in range(len(self.files)):
            path = self.files[self._order[(place + further) % len(self.files)]]
            if example := self._read(path, random):
                return example
        raise ValueError(f"data: not one picture in {self.folder} is usable; the log says why")

    def held_out(self, count: int) -> list[Example]:
        """Up to ``count`` held-out pictures; if none is usable, one of the training pictures."""
        examples = [example for path in self.held[:count] if (example := self._read(path, None))]
        return examples or [self[0]]

    def dataset(self, start: int, rank: int, world: int) -> dict[str, Any]:
        """Every ``world``-th picture from ``start`` on."""
        return {"dataset": self, "sampler": itertools.count(start * world + rank, world)}

    def _read(self, path: Path, random: np.random.Generator | None) -> Example | None:
        if path in self._bad:
            return None
        try:
            picture = fitted(read_picture(path), self.side, random)
        except ValueError as error:
            self._bad.add(path)
            log.warning("skipped %s: %s", path, error)
            return None
        label = self.labels.index(path.relative_to(self.folder).parts[0]) if self.labels else 0
        return picture, label


class HubPictures:
    """A streamed Hugging Face dataset: its first image column and, if present, its first class label column.

    Pictures are shuffled within a buffer of 1,000. An unusable one is logged and replaced by the next one.
    The first 128 are held out, except when that would leave none to train on.

    Raises:
        ValueError: if the dataset has no image column.
    """

    size: int | None = None

    def __init__(self, name: str, side: int, augment: bool, seed: int) -> None:
        import datasets  # noqa: PLC0415 - an optional dependency, and slow to import

        splits = datasets.load_dataset(name, streaming=True)
        stream = splits["train"] if "train" in splits else next(iter(splits.values()))
        features = stream.features or {}
        columns = [key for key, kind in features.items() if isinstance(kind, datasets.Image)]
        if not columns:
            raise ValueError(
                f"data: {name} has no image column; its columns: {', '.join(features) or 'unknown'}"
            )
        labelled = [key for key, kind in features.items() if isinstance(kind, datasets.ClassLabel)]
        self.name, self.side, self.augment, self.seed = name, side, augment, seed
        self.column, self.label = columns[0], next(iter(labelled), None)
        self.labels = tuple(features[self.label].names) if self.label else ()
        # Decoded in `_read` instead, so that one broken picture does not end the stream.
        self.stream = stream.cast_column(self.column, datasets.Image(decode=False))

    def held_out(self, count: int) -> list[Example]:
        """The first pictures of the dataset."""
        first = self.stream.take(min(count, HELD_OUT_OF_A_STREAM))
        examples = [example for row in first if (example := self._read(row, None))]
        if not examples:
            raise ValueError(f"data: none of the first pictures of {self.name} is usable; the log says why")
        return examples

    def dataset(self, start: int, rank: int, world: int) -> dict[str, Any]:
        """This process's shard of the stream; rows before ``start`` are read and discarded."""
        from datasets.distributed import split_dataset_by_node  # noqa: PLC0415

        rest = self.stream.skip(HELD_OUT_OF_A_STREAM)
        trained = rest if next(iter(rest), None) else self.stream
        mine = split_dataset_by_node(trained.shuffle(seed=self.seed, buffer_size=1_000), rank, world)
        return {"dataset": _Stream(self, mine, start, rank)}

    def examples(self, stream: Any, start: int, rank: int) -> Iterator[Example]:
        """The pictures of ``stream``, epoch after epoch, from position ``start`` on.

        Raises:
            ValueError: if an epoch has no usable picture.
        """
        position = waiting = 0
        for epoch in itertools.count():
            stream.set_epoch(epoch)
            usable = False
            for row in stream:
                position += 1
                if position <= start:
                    usable = True
                    continue
                random = np.random.default_rng((self.seed, rank, position)) if self.augment else None
                example = self._read(row, random)
                waiting += 1
                if example is not None:
                    usable = True
                    # Repeated in place of skipped rows, which keeps positions stable when a run is resumed.
                    yield from itertools.repeat(example, waiting)
                    waiting = 0
            if not usable:
                raise ValueError(f"data: not one picture of {self.name} is usable; the log says why")

    def _read(self, row: dict[str, Any], random: np.random.Generator | None) -> Example | None:
        image = row[self.column] or {}
        name = image.get("path") or f"a picture of {self.name}"
        try:
            if not image.get("bytes") and not image.get("path"):
                raise ValueError("it is empty")
            source = BytesIO(image["bytes"]) if image.get("bytes") else Path(image["path"])
            picture = fitted(read_picture(source), self.side, random)
            label = row[self.label] if self.label else 0
            if label is None or label < 0:
                raise ValueError("it has no label")
        except ValueError as error:
            log.warning("skipped %s: %s", name, error)
            return None
        return picture, label


class _Stream(IterableDataset):
    """``HubPictures.examples`` as a torch dataset."""

    def __init__(self, pictures: HubPictures, stream: Any, start: int, rank: int) -> None:
        self.pictures, self.stream, self.start, self.rank = pictures, stream, start, rank

    def __iter__(self) -> Iterator[Example]:
        return self.pictures.examples(self.stream, self.start, self.rank)


def shuffled(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """A permutation of 0..count-1 that depends only on ``seed`` and ``epoch``."""
    return np.random.default_rng((seed, epoch)).permutation(count)


def fitted(image: Image.Image, side: int, random: np.random.Generator | None = None) -> Tensor:
    """Resizes ``image`` by its shorter side and crops it to a square: (3, side, side) uint8.

    Args:
        image: in RGB.
        side: in pixels.
        random: draws the crop position and whether to mirror; None: centre crop, not mirrored.

    Raises:
        ValueError: if the shorter side is less than a quarter of ``side``, which would only give a blur.
    """
    short = min(image.size)
    if 4 * short < side:
        raise ValueError(f"it has {image.width}×{image.height} pixels, too few for {side}×{side}")
    x, y, mirrored = (*random.random(2), random.random() < 0.5) if random else (0.5, 0.5, False)
    if image.size != (side, side):
        image = ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS, centering=(x, y))
    return chw(np.array(ImageOps.mirror(image) if mirrored else image))


def _single_thread(_worker: int) -> None:
    torch.set_num_threads(1)
    if hasattr(os, "nice"):
        os.nice(5)  # training has priority
