"""Training pictures kept where they are trained on, so that no step waits for them."""

from __future__ import annotations

from threading import Event, Thread
from types import TracebackType

import torch
from torch import Tensor

from unleash.training.sources import Pictures, picture_loader

BLOCK = 64
"""Pictures that are moved to the device at a time."""


class PictureStore:
    """The first pictures of a training, kept on its device and used as often as it likes.

    Used as a context manager: within it a thread moves to the device what processes draw or read, until the
    store is full.

    Args:
        pictures: where they come from.
        side: pixels on a side.
        capacity: pictures it holds at most; of a folder it takes no more than there are.
        device: where they are kept, 3 * side² bytes each.
        workers: processes that draw or read.
        mirrored: whether each picture is given out mirrored half the time.
        seed: of the choice of pictures.
    """

    def __init__(
        self,
        pictures: Pictures,
        side: int,
        capacity: int,
        device: torch.device | str = "cpu",
        workers: int = 1,
        mirrored: bool = False,
        seed: int = 0,
    ) -> None:
        capacity = min(capacity, pictures.size or capacity)
        self.device, self.mirrored = torch.device(device), mirrored
        # The workers fork here, before there is a thread or a GPU that a fork would carry along.
        self._arriving = iter(picture_loader(pictures, 0, BLOCK, workers))
        self._images = torch.empty((capacity, side, side, 3), dtype=torch.uint8, device=self.device)
        self._labels = torch.empty(capacity, dtype=torch.long, device=self.device)
        self._count = self._given = 0
        self._ended, self._arrived = Event(), Event()
        self._fault: BaseException | None = None
        self._generator = torch.Generator(self.device).manual_seed(seed)
        self._thread = Thread(target=self._fill, name="pictures", daemon=True)

    def __enter__(self) -> PictureStore:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def __len__(self) -> int:
        """How many pictures it holds by now."""
        return self._count

    @property
    def full(self) -> bool:
        """Whether no more will come."""
        return self._count == len(self._images)

    def wait(self, count: int) -> None:
        """Returns once the store holds ``count`` pictures or is full.

        Raises:
            ValueError: if the pictures cannot be read.
        """
        while self._count < min(count, len(self._images)):
            self._arrived.wait(1.0)
            self._arrived.clear()
            if self._fault is not None:
                raise ValueError(f"data: {self._fault}") from self._fault

    def batch(self, count: int) -> tuple[Tensor, Tensor]:
        """Pictures not given out before, as long as there are enough; after that any that are here.

        Returns:
            (count, 3, side, side) uint8, channels last; their labels (count,) long; on the device.
        """
        self.wait(count)
        held = self._count
        if held - self._given >= count:
            chosen = torch.arange(self._given, self._given + count, device=self.device)
            self._given += count
        else:
            chosen = torch.randint(held, (count,), device=self.device, generator=self._generator)
        images, labels = self._images[chosen].permute(0, 3, 1, 2), self._labels[chosen]
        if self.mirrored:
            flip = torch.rand(count, 1, 1, 1, device=self.device, generator=self._generator) < 0.5
            images = torch.where(flip, images.flip(-1), images)
        return images, labels

    def part(self, start: int, end: int) -> tuple[Tensor, Tensor]:
        """Pictures ``start`` to ``end - 1`` in the order they came, as `batch` gives them, not mirrored."""
        return self._images[start:end].permute(0, 3, 1, 2), self._labels[start:end]

    def _fill(self) -> None:
        try:
            stream = torch.cuda.Stream(self.device) if self.device.type == "cuda" else None
            with torch.cuda.stream(stream):
                for images, labels in self._arriving:
                    self._take(images, labels)
                    if self.full or self._ended.is_set():
                        return
        except Exception as error:  # said by the training, which waits for pictures
            self._fault = error
            self._arrived.set()

    def _take(self, images: Tensor, labels: Tensor) -> None:
        first, count = self._count, min(len(images), len(self._images) - self._count)
        rows = images[:count].permute(0, 2, 3, 1).contiguous()
        if self.device.type == "cuda":
            rows = rows.pin_memory()
        self._images[first : first + count].copy_(rows, non_blocking=True)
        self._labels[first : first + count].copy_(labels[:count])
        if self.device.type == "cuda":
            torch.cuda.current_stream().synchronize()  # counted only once it is there
        self._count += count
        self._arrived.set()
