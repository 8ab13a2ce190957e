"""Drafts of edits: repainting, extending, stitching, variations and blending."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from unleash.canvas import rules as rule_book
from unleash.canvas import variation
from unleash.canvas.document import TokenCanvas
from unleash.canvas.rules import Cell, Rule
from unleash.canvas.stitching import Axis, stitched
from unleash.images import compositing
from unleash.images.compositing import Mask, fitted, of_cells, touched_cells
from unleash.images.photographs import Collage, Photograph, Placed
from unleash.operations.making import Draft
from unleash.operations.opening import Opened


def edit(
    opened: Opened,
    mask: Mask | None = None,
    cells: Iterable[Cell] = (),
    pins: Mapping[Cell, int] | None = None,
    rules: Iterable[tuple[Rule, Iterable[Cell]]] = (),
    keep_pixels: bool | None = None,
    feather: int | None = None,
) -> Draft:
    """Repaint part of a picture, pin codes, and restrict the codes of cells.

    If pixels are kept and the file has more of them than the canvas, the result has the size of the file.

    Args:
        opened: the picture.
        mask: (H, W) in [0, 1], of the picture's original size; cells that it touches are repainted.
        cells: further cells to repaint.
        pins: codes to pin, by cell.
        rules: rules to add to the present ones.
        keep_pixels: whether all other pixels are kept; None: unless the model drew the picture.
        feather: width in canvas pixels, beyond the repainted area, in which old and new are blended;
            None: half a cell.

    Raises:
        ValueError: if there is nothing to do, or a cell, code or rule is out of range.
    """
    cells, pins = list(cells), pins or {}
    if mask is None and not cells and not pins:
        raise ValueError("nothing to do: give a mask, cells or pins")
    canvas = opened.canvas.mask(cells)
    for code in dict.fromkeys(pins.values()):
        canvas = canvas.pin([cell for cell, chosen in pins.items() if chosen == code], code)
    canvas = replace(canvas, rules=rule_book.with_rules(canvas.rules, rules))
    repainted = of_cells(opened.canvas.clear().pin([*cells, *pins], 0).pinned, opened.cell_size)
    if mask is not None:
        mask = opened.cropped(mask)
        touched = touched_cells(mask, (canvas.height, canvas.width))
        if not (touched.any() or cells or pins):
            raise ValueError(
                "the mask is empty within the crop: mark something there, or choose another crop"
            )
        canvas = canvas.mask(touched)
        repainted = np.maximum(repainted, fitted(mask, opened.image.size))
    if not _keeps(keep_pixels, [opened]):
        return Draft(canvas)
    return _kept(canvas, opened.image, repainted, _feather(opened, feather), opened.photograph)


def extend(
    opened: Opened,
    left: int = 0,
    right: int = 0,
    top: int = 0,
    bottom: int = 0,
    keep_pixels: bool | None = None,
) -> Draft:
    """Add unknown columns and rows of cells around a picture.

    Where pixels are kept, a photograph with more of them than the canvas keeps its resolution.

    Raises:
        ValueError: if all numbers are 0, one is negative, or the canvas would be too large.
    """
    if left == right == top == bottom == 0:
        raise ValueError("nothing to do: give left, right, top or bottom a number of cells")
    canvas, cell = opened.canvas.extended(left, right, top, bottom), opened.cell_size
    paper = Image.new("RGB", (canvas.width * cell, canvas.height * cell))
    paper.paste(opened.image, (left * cell, top * cell))
    return _grown(canvas, paper, keep_pixels, [(opened, (left * cell, top * cell))])


def stitch(
    a: Opened, b: Opened, axis: Axis = "horizontal", seam: int = 4, keep_pixels: bool | None = None
) -> Draft:
    """Join two pictures, as :func:`~unleash.canvas.stitching.stitched`.

    Where pixels are kept, the finer photograph keeps its resolution, and all else is enlarged to it.

    Raises:
        ValueError: as there.
    """
    canvas, cell = stitched(a.canvas, b.canvas, axis, seam), a.cell_size
    paper = Image.new("RGB", (canvas.width * cell, canvas.height * cell))
    second = (paper.width - b.image.width, paper.height - b.image.height)
    paper.paste(a.image, (0, 0))
    paper.paste(b.image, second)
    return _grown(canvas, paper, keep_pixels, [(a, (0, 0)), (b, second)])


def vary(canvas: TokenCanvas, strength: float, seed: int = 0) -> Draft:
    """A variation of a picture: a share of its cells, chosen by the seed, is drawn again. Pins stay.

    Raises:
        ValueError: if the picture is incomplete, the strength is not in [0, 1], or nothing would change.
    """
    varied = variation.vary(variation.present(canvas), strength, seed)
    if not varied.unknown.any():
        raise ValueError("nothing would change: choose a greater strength, or remove pins")
    return Draft(varied)


def blend(
    a: TokenCanvas,
    b: TokenCanvas,
    share: float = 0.5,
    where: Mask | None = None,
    heal: int = 1,
    seed: int = 0,
) -> Draft:
    """Blend two pictures cell by cell, and fill the borders between them again. Pins of ``a`` stay.

    Args:
        a: the picture on this canvas.
        b: another canvas of the same size and codebook.
        share: share of the cells taken from ``b``, in patches chosen by the seed; unused with ``where``.
        where: (H, W) in [0, 1], of any size, the probability of taking each place from ``b``.
        heal: cells on either side of a border that are filled again; 0: none.
        seed: seed of the choice.

    Raises:
        ValueError: if a picture is incomplete, the two do not fit, or nothing would change.
    """
    ours = variation.present(a)
    shape = (ours.height, ours.width)
    if where is None:
        choice = variation.patches(shape, share, seed)
    else:
        choice = variation.dithered(fitted(where, shape[::-1]), seed)
    blended = variation.blend_canvases(ours, b, choice)
    choice &= ~ours.pinned
    if not choice.any():
        what = "choose a greater share" if where is None else "mask the cells to take from the other picture"
        raise ValueError(f"nothing would change: {what}")
    return Draft(blended.mask(variation.borders(choice, heal) & ~ours.pinned) if heal else blended)


def _keeps(asked: bool | None, opened: Iterable[Opened]) -> bool:
    """Whether pixels are kept: as asked, or else if one of the pictures has pixels the model did not draw."""
    return asked if asked is not None else not all(each.drawn for each in opened)


def _grown(
    canvas: TokenCanvas,
    paper: Image.Image,
    asked: bool | None,
    opened: Sequence[tuple[Opened, tuple[int, int]]],
) -> Draft:
    """The draft of a canvas with opened pictures at (left, top), in pixels of the canvas."""
    first = opened[0][0]
    if not _keeps(asked, [each for each, _ in opened]):
        return Draft(canvas)
    placed = [
        Placed(each.photograph, (x, y, x + each.image.width, y + each.image.height))
        for each, (x, y) in opened
        if each.photograph is not None
    ]
    unknown = of_cells(canvas.unknown, first.cell_size)
    return _kept(canvas, paper, unknown, _feather(first, None), Collage(paper, placed) if placed else None)


def _kept(
    canvas: TokenCanvas,
    original: Image.Image,
    repainted: Mask,
    feather: int,
    finer: Photograph | Collage | None,
) -> Draft:
    """A draft that keeps the pixels of ``original``, or of ``finer`` if given, where it is not repainted."""
    if finer is None:
        return Draft(canvas, lambda made: compositing.blend(original, made, repainted, feather))
    return Draft(
        canvas,
        lambda made: finer.repainted(made, compositing.feathered(repainted, feather)),
        box=finer.box,
    )


def _feather(opened: Opened, asked: int | None) -> int:
    return opened.cell_size // 2 if asked is None else asked
