"""A model's predictions for each cell, given everything else on a canvas.

These functions are independent of networks: ``Predictions`` wraps a model. ``UnleashPipeline`` has
the same functions as methods.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from unleash.canvas.document import Cell, TokenCanvas
from unleash.sampling.work import Work, finished

Predictions: TypeAlias = Callable[[NDArray[np.int64], NDArray[np.bool_]], NDArray[np.float32]]
"""From codes (h, w), K where unknown, and the requested cells (h, w) bool, the log-probabilities
(h, w, K) of their codes; those of other cells may be anything."""


@dataclass(frozen=True, eq=False)
class Inspection:
    """A model's predictions for every cell.

    Attributes:
        canvas: the inspected canvas.
        log_probs: (h, w, K) float32, natural logarithms.
    """

    canvas: TokenCanvas
    log_probs: NDArray[np.float32]

    @property
    def entropy(self) -> NDArray[np.float32]:
        """(h, w) in bits: 0 where the model is certain, log₂ K where all codes are equally likely."""
        return _entropy(self.log_probs)

    @property
    def surprise(self) -> NDArray[np.float32]:
        """(h, w) in bits: -log₂ p of the present code, NaN where unknown."""
        known = ~self.canvas.unknown
        codes = np.where(known, self.canvas.codes, 0)
        bits = -np.take_along_axis(self.log_probs, codes[..., None], axis=-1)[..., 0] / np.log(2)
        return np.where(known, bits, np.nan).astype(np.float32)

    def likelihood(self, code: int) -> NDArray[np.float32]:
        """(h, w) in [0, 1]: the probability of ``code`` in each cell.

        Raises:
            ValueError: if the code is not in the codebook.
        """
        if not 0 <= code < self.canvas.codebook_size:
            raise ValueError(
                f"code {code} is not in the codebook: codes are 0 to {self.canvas.codebook_size - 1}"
            )
        return np.exp(self.log_probs[..., code])

    def most_surprising(self, n: int) -> list[Cell]:
        """The ``n`` most surprising kept cells, in descending order, to be masked. Pins are excluded.

        Fewer if fewer are kept.

        Raises:
            ValueError: if ``n`` is negative.
        """
        if n < 0:
            raise ValueError(f"the number of cells must be 0 or more, not {n}")
        cells = np.argwhere(self.canvas.kept)
        worst = np.argsort(-self.surprise[self.canvas.kept], kind="stable")[:n]
        return [(row, col) for row, col in cells[worst].tolist()]


@dataclass(frozen=True)
class CellInspection:
    """A model's predictions for one cell.

    Attributes:
        cell: (row, col).
        codes: the likeliest codes, in descending order.
        probabilities: of ``codes``, in [0, 1].
        present: the present code; None if unknown.
        surprise: -log₂ p of the present code, in bits; None if unknown.
        entropy: of all K codes, in bits.
    """

    cell: Cell
    codes: tuple[int, ...]
    probabilities: tuple[float, ...]
    present: int | None
    surprise: float | None
    entropy: float


def inspect(predictions: Predictions, canvas: TokenCanvas, spacing: int = 4) -> Inspection:
    """Predict every cell, in at most ``spacing²`` evaluations.

    To be predicted, a cell must be masked. One cell at a time would take as many evaluations as there
    are cells, so each evaluation masks all cells of a lattice with distance ``spacing``:
    for a 16×16 grid and spacing 4, sixteen far-apart cells, with the other 240 unchanged. Each cell is
    thus predicted without the others of its lattice, which makes it seem slightly less certain than it
    is. A spacing as large as the grid is exact.

    Raises:
        ValueError: if ``spacing`` is less than 1.
    """
    return finished(inspecting(predictions, canvas, spacing))


def inspecting(predictions: Predictions, canvas: TokenCanvas, spacing: int = 4) -> Work[Inspection]:
    """As :func:`inspect`, with a pause after each evaluation."""
    if spacing < 1:
        raise ValueError(f"the spacing must be at least 1 cell, not {spacing}")
    spacing = min(spacing, max(canvas.base.shape))
    rows, cols = np.indices(canvas.base.shape) % spacing
    codes, known = canvas.codes, ~canvas.unknown
    log_probs = np.empty((*codes.shape, canvas.codebook_size), dtype=np.float32)
    # Without cells to mask, one evaluation of the canvas serves all lattices.
    plain = np.zeros_like(known)
    for lattice in range(spacing**2):
        asked = rows * spacing + cols == lattice
        if not (asked & known).any():
            plain |= asked
            continue
        hidden = np.where(asked, canvas.mask_token, codes)
        log_probs[asked] = predictions(hidden, asked)[asked]
        yield
    if plain.any():
        log_probs[plain] = predictions(codes, plain)[plain]
        yield
    return Inspection(canvas, log_probs)


def inspect_cell(predictions: Predictions, canvas: TokenCanvas, cell: Cell, top: int = 8) -> CellInspection:
    """Predict one cell given all others: exact, in one evaluation.

    Raises:
        ValueError: if the cell is off the grid, or ``top`` less than 1.
    """
    if top < 1:
        raise ValueError(f"top must be at least 1 code, not {top}")
    row, col = cell
    hidden = canvas.unpin([cell]).mask([cell])
    asked = np.zeros(canvas.base.shape, dtype=bool)
    asked[row, col] = True
    log_probs = predictions(hidden.codes, asked)[row, col]
    likeliest = np.argsort(-log_probs, kind="stable")[:top]
    present = int(canvas.codes[row, col])
    known = present != canvas.mask_token
    return CellInspection(
        cell=(int(row), int(col)),
        codes=tuple(likeliest.tolist()),
        probabilities=tuple(np.exp(log_probs[likeliest]).tolist()),
        present=present if known else None,
        surprise=-float(log_probs[present] / np.log(2)) if known else None,
        entropy=float(_entropy(log_probs)),
    )


def _entropy(log_probs: NDArray[np.float32]) -> NDArray[np.float32]:
    # Where a code is impossible its term is 0, though its logarithm is not finite.
    terms = np.exp(log_probs) * np.where(np.isfinite(log_probs), log_probs, 0)
    return np.maximum(-terms.sum(-1) / np.log(2), 0).astype(np.float32)
