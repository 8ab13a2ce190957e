"""Grids of other sizes than a transformer was trained on, and pictures too large to decode at once.

A large grid is seen through overlapping windows of the size the model knows, and where they overlap their
distributions are mixed: Bond-Taylor et al. (ECCV 2022) sample images larger than those of training in
this way. The mixture is by smooth weights, so that no window's border shows.
"""

from collections.abc import Callable, Sequence
from itertools import chain, product
from math import pi
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

_TILE, _OVERLAP = 32, 8
"""Cells on a side of what is decoded at once, and how many of them two neighbours share."""

_BATCH = 8
"""Windows evaluated at once: enough to keep a GPU busy, few enough for its memory."""


class Window(NamedTuple):
    """Where a window lies: in which image of the batch, and its first row and column."""

    image: int
    top: int
    left: int


def predict(
    evaluate: Callable[[Tensor], Tensor], codes: Tensor, needed: Tensor, side: int | None, mask_token: int
) -> tuple[Tensor, Tensor]:
    """A model's logits for the needed cells of a grid of any size.

    Only windows that hold a needed cell are evaluated, half a side apart. A grid of the model's own size
    gets the model's own logits. A smaller grid lies in the middle of a window whose other cells are masked:
    as in training, part of a grid is known, and the border of the picture has the least influence.

    Args:
        evaluate: (N, side, side) long to logits (N, side², K); (N, h, w) to (N, h * w, K) without a side.
        codes: (B, h, w) long, K where masked.
        needed: (B, h, w) bool.
        side: cells on a side of the model's grid; None: it sees a grid of any size at once.
        mask_token: K.

    Returns:
        (B, h * w, K) logits, log-probabilities where windows are mixed; and (B, h, w) bool, where they are
        valid. All needed cells are among those; other logits are arbitrary but finite.
    """
    batch, height, width = codes.shape
    if side is None or (height, width) == (side, side):
        return evaluate(codes), torch.ones_like(needed)
    padding = _padding(height, width, side)
    inside = (slice(None), *_cut(padding, height, width))
    codes = F.pad(codes, padding, value=mask_token)
    windows = windows_of(needed, side)
    profile = _hann(side).to(codes.device)
    weights = torch.outer(profile, profile)
    probs = torch.zeros(*codes.shape, mask_token, device=codes.device)
    total = torch.zeros(codes.shape, device=codes.device)
    for start in range(0, len(windows), _BATCH):
        part = windows[start : start + _BATCH]
        seen = torch.stack([codes[_slices(window, side)] for window in part])
        for window, logits in zip(part, evaluate(seen).float(), strict=True):
            mixed = logits.softmax(-1).view(side, side, -1)
            probs[_slices(window, side)] += weights[..., None] * mixed
            total[_slices(window, side)] += weights
    tiny, around = torch.finfo(probs.dtype).tiny, _around(windows, side)
    # In place, and only where windows lie: on a large grid the rest would take longer than a window.
    probs[around].div_(total[around].clamp(min=tiny)[..., None]).clamp_(min=tiny).log_()
    return probs[inside].reshape(batch, height * width, mask_token), total[inside] > 0


def windows_of(needed: Tensor, side: int | None) -> list[Window]:
    """The windows that hold a needed cell of (B, h, w) bool, placed on the padded grid.

    Their number is what the evaluation costs. Without a side each image is one window.
    """
    if side is None:
        return [Window(image, 0, 0) for image in range(len(needed)) if needed[image].any()]
    height, width = needed.shape[1:]
    padded = F.pad(needed, _padding(height, width, side))
    places = product(*(_offsets(length, side, max(side // 2, 1)) for length in padded.shape[1:]))
    return [
        Window(image, top, left)
        for (top, left), image in product(places, range(len(needed)))
        if padded[_slices(Window(image, top, left), side)].any()
    ]


def cells_of_windows(needed: Tensor, side: int | None) -> list[int]:
    """How many needed cells of (B, h, w) bool each of :func:`windows_of` holds."""
    if side is None:
        return [int(image.sum()) for image in needed if image.any()]
    height, width = needed.shape[1:]
    padded = F.pad(needed, _padding(height, width, side))
    return [int(padded[_slices(window, side)].sum()) for window in windows_of(needed, side)]


def decode(
    draw: Callable[[Tensor], Tensor], codes: Tensor, side: int = _TILE, overlap: int = _OVERLAP
) -> Tensor:
    """The pictures of codes, in overlapping tiles where there are more than ``side²`` cells.

    Where two tiles overlap, they fade into one another by a cosine. They differ only by group norm and
    attention, which see a whole tile, and by the padding at a tile's border, where its weight is lowest.

    Args:
        draw: a decoder, from (B, h, w) long to (B, 3, H, W) float in [0, 1].
        codes: (B, h, w) long in [0, K).
        side: cells on a side of a tile.
        overlap: cells that two neighbours share, less than ``side``.

    Returns:
        (B, 3, H, W) float in [0, 1].
    """
    batch, height, width = codes.shape
    if height * width <= side**2:
        return draw(codes)
    rows, cols = min(side, height), min(side, width)
    places = list(product(_offsets(height, rows, side - overlap), _offsets(width, cols, side - overlap)))
    tiles = (draw(codes[:, top : top + rows, left : left + cols]).float() for top, left in places)
    first = next(tiles)
    cell = first.shape[-1] // cols
    weights = torch.outer(_fade(rows * cell, overlap * cell), _fade(cols * cell, overlap * cell))
    weights = weights.to(codes.device)
    pictures = torch.zeros(batch, 3, height * cell, width * cell, device=codes.device)
    total = torch.zeros(height * cell, width * cell, device=codes.device)
    for (top, left), tile in zip(places, chain([first], tiles), strict=True):
        place = (
            slice(top * cell, (top + rows) * cell),
            slice(left * cell, (left + cols) * cell),
        )
        pictures[(..., *place)] += weights * tile
        total[place] += weights
    return (pictures / total).clamp(0, 1)


def _offsets(length: int, side: int, stride: int) -> list[int]:
    """Where windows begin along a side: every ``stride`` cells, and the last one flush with the end."""
    last = length - side
    return [*range(0, last, stride), last]


def _padding(height: int, width: int, side: int) -> tuple[int, int, int, int]:
    """Left, right, top and bottom, so that a window fits."""
    rows, cols = max(side - height, 0), max(side - width, 0)
    return cols // 2, cols - cols // 2, rows // 2, rows - rows // 2


def _cut(padding: tuple[int, int, int, int], height: int, width: int) -> tuple[slice, slice]:
    left, _, top, _ = padding
    return slice(top, top + height), slice(left, left + width)


def _slices(window: Window, side: int) -> tuple[int, slice, slice]:
    return window.image, slice(window.top, window.top + side), slice(window.left, window.left + side)


def _around(windows: Sequence[Window], side: int) -> tuple[slice, slice, slice]:
    """The smallest rectangle of the padded grid that holds all windows, in every image of the batch."""
    tops, lefts = ([window[i] for window in windows] or [-side] for i in (1, 2))
    return slice(None), slice(min(tops), max(tops) + side), slice(min(lefts), max(lefts) + side)


def _hann(length: int) -> Tensor:
    """sin² over (0, π): two that are half a length apart sum to one."""
    return (torch.arange(length).add(0.5) * pi / length).sin().square()


def _fade(length: int, ends: int) -> Tensor:
    """1 in the middle, falling to nearly 0 over the ``ends`` on both sides."""
    ends = min(ends, length // 2)
    rise = _hann(2 * ends)[:ends]
    return torch.cat([rise, torch.ones(length - 2 * ends), rise.flip(0)])
