"""Thumbnails of large codebooks, drawn in the background."""

from collections.abc import Callable, Iterator
from threading import Thread
from time import monotonic, sleep

import torch
from torch import Tensor

from unleash.models.protocol import ImageTokenizer
from unleash.models.thumbnails import SIDE, draw, guesses

_BATCH = 64
"""Codes per batch; after the first batch, the other thumbnails are estimated."""

_MORE = 4
"""The thumbnails are shown again each time that the number drawn has grown by this factor."""

_LONGEST_WAIT = 5.0
"""Seconds that a batch waits at most while runs are under way."""

_PAUSE = 1.0
"""Seconds between two updates of the progress bar."""


class Drawing:
    """The thumbnails of a codebook, drawn in a background thread, codes in random order.

    Args:
        vqgan: the tokenizer.
        done: called with all thumbnails, (K, 3, side, side) float in [0, 1].
        busy: whether a run is under way; the next batch is then delayed.
    """

    def __init__(
        self, vqgan: ImageTokenizer, done: Callable[[Tensor], None], busy: Callable[[], bool]
    ) -> None:
        self._vqgan, self._done, self._busy = vqgan, done, busy
        self._order = torch.randperm(
            vqgan.codebook_size, generator=torch.Generator().manual_seed(0), dtype=torch.long
        )
        # As bytes: as floats, 16,384 thumbnails would take 200 MB.
        self._drawn = torch.zeros(len(self._order), 3, SIDE, SIDE, dtype=torch.uint8)
        self._count = 0
        self.error: Exception | None = None
        self._thread = Thread(target=self._draw, name="thumbnails", daemon=True)
        self._thread.start()

    @property
    def share(self) -> float:
        """The share of thumbnails drawn, 0 to 1."""
        return self._count / len(self._order)

    def pictures(self) -> Tensor:
        """(K, 3, side, side) float in [0, 1]: the thumbnails drawn so far, and estimates of the others."""
        count = self._count  # which goes on growing
        codes, drawn = self._order[:count], self._drawn[:count].float() / 255
        pictures = guesses(self._vqgan.code_vectors.detach(), codes, drawn)
        pictures[codes] = drawn
        return pictures

    def follow(self) -> Iterator[tuple[float, Tensor | None]]:
        """Yields the share drawn, and the thumbnails when many more have been drawn; at the end all of them.

        Raises:
            Exception: the error that stopped the drawing.
        """
        shown = 0
        while self._thread.is_alive():
            news = self._count >= max(1, _MORE * shown)
            if news:
                shown = self._count
            yield self.share, self.pictures() if news else None
            until = monotonic() + _PAUSE
            while self._thread.is_alive() and monotonic() < until:
                sleep(0.05)
        if self.error is not None:
            raise self.error
        yield 1.0, self.pictures()

    def wait(self) -> Tensor:
        """Wait for all thumbnails, (K, 3, side, side) float in [0, 1].

        Raises:
            Exception: the error that stopped the drawing.
        """
        self._thread.join()
        if self.error is not None:
            raise self.error
        return self.pictures()

    def _draw(self) -> None:
        try:
            for codes in self._order.split(_BATCH):
                until = monotonic() + _LONGEST_WAIT
                while self._busy() and monotonic() < until:
                    sleep(0.1)
                made = (draw(self._vqgan, codes) * 255).round().byte()
                self._drawn[self._count : self._count + len(codes)] = made
                self._count += len(codes)
            self._done(self.pictures())
        except Exception as error:
            self.error = error
