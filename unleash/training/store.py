"""A store of training pictures in device memory, so that no step waits for data."""

from __future__ import annotations

from threading import Event, Thread
from types import TracebackType

import torch
from torch import Tensor

from unleash.training.sources import Pictures, picture_loader

BLOCK = 64
"""Pictures per transfer to the device."""


class PictureStore:
    """Keeps the first pictures of a source in device memory for reuse.

    Within the context manager a thread fills the store with what worker processes draw or read.

    Args:
        pictures: the source.
        side: of a picture in pixels.
        capacity: maximum number of pictures; limited to the size of the source.
        device: where the pictures are kept, 3 * side² bytes each.
        workers: worker processes.
        mirrored: whether to mirror each picture half of the time.
        seed: of the random choice.
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
        # Starts the worker processes here: forking is unsafe once threads run or the GPU is in use.
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
        """Number of pictures currently in the store."""
        return self._count

    @property
    def full(self) -> bool:
        """Whether the store is at capacity."""
        return self._count == len(self._images)

    def wait(self, count: int) -> None:
        """Blocks until the store has ``count`` pictures or is full.

        Raises:
            ValueError: if the pictures cannot be read.
        """
        while self._count < min(count, len(self._images)):
            self._arrived.wait(1.0)
            self._arrived.clear()
            if self._fault is not None:
                raise ValueError(f"data: {self._fault}") from self._fault

    def batch(self, count: int) -> tuple[Tensor, Tensor]:
        """Pictures not used before while there are enough of them, after that random ones.

        Returns:
            Pictures (count, 3, side, side) uint8, channels last; labels (count,) long; both on the device.

        Raises:
            ValueError: if the pictures cannot be read.
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
        """Pictures ``start`` to ``end - 1`` in order of arrival, as in `batch` but never mirrored."""
        return self._images[start:end].permute(0, 3, 1, 2), self._labels[start:end]

    def _fill(self) -> None:
        try:
            stream = torch.cuda.Stream(self.device) if self.device.type == "cuda" else None
            with torch.cuda.stream(stream):
                for images, labels in self._arriving:
                    self._take(images, labels)
                    if self.full or self._ended.is_set():
                        return
        except Exception as error:  # raised by `wait` in the training thread
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
            torch.cuda.current_stream().synchronize()  # before the pictures are counted as available
        self._count += count
        self._arrived.set()
