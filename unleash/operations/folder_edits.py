"""A folder of pictures, edited one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from unleash.canvas.rules import Cell
from unleash.canvas.settings import Region, Settings
from unleash.images.fitting import Crop
from unleash.images.masks import read_mask
from unleash.images.recipes import write_png
from unleash.operations import edits
from unleash.operations.making import Draft, make
from unleash.operations.opening import open_picture
from unleash.operations.regions import regions_of
from unleash.pipeline import UnleashPipeline
from unleash.sampling.work import finished
from unleash.writing import NotWrittenError, written

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")
"""File name endings of pictures."""


@dataclass(frozen=True)
class Edited:
    """The outcome for one picture of a folder.

    Attributes:
        picture: its file.
        files: the results that were written.
        error: why it could not be edited, in one line; None if it was, or if all results existed already.
    """

    picture: Path
    files: tuple[Path, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class FolderEdit:
    """What to do with each picture of a folder.

    Attributes:
        folder: the folder of the pictures; its subfolders are ignored.
        out: the folder for the results, named after the pictures, and their seeds if ``count`` is above 1.
        masks: one mask for all, or a folder of masks named after the pictures; None: only pins are set.
        pins: codes to put in cells.
        regions: the mask of each region, given like ``masks``, and the label or prompt that it shows.
        settings: settings of the sampling; those not given are the model's.
        count: number of results per picture, with seeds one apart.
        keep_pixels: see :func:`unleash.operations.edits.edit`.
        crop: the part of each picture to open, in its own shape; None: the square at its centre.
    """

    folder: Path
    out: Path
    masks: Path | None = None
    pins: Mapping[Cell, int] | None = None
    regions: Sequence[tuple[Path, str]] = ()
    settings: Settings = field(default_factory=Settings)
    count: int = 1
    keep_pixels: bool | None = None
    crop: Crop | None = None

    def pictures(self) -> list[Path]:
        """The pictures, by name.

        Raises:
            ValueError: if there are none, two differ only in their ending, ``out`` is their own folder, or a
                mask does not exist.
        """
        for masks in [self.masks, *(masks for masks, _ in self.regions)]:
            if masks is not None and not masks.exists():
                raise ValueError(f"there is no mask or folder of masks {masks}")
        if self.out.resolve() == self.folder.resolve():
            raise ValueError(f"{self.out} is the folder of the pictures: give another one for the results")
        if self.out.exists() and not self.out.is_dir():
            raise ValueError(f"{self.out} is a file: give a folder for the results")
        found = sorted(filter(_is_picture, self.folder.iterdir()), key=lambda path: (path.stem, path.name))
        if not found:
            raise ValueError(f"{self.folder} contains no pictures ({', '.join(ENDINGS)})")
        for one, other in pairwise(found):
            if one.stem == other.stem:
                raise ValueError(f"{one.name} and {other.name} would have the same result: rename one")
        return found

    def results(self, picture: Path) -> list[tuple[Path, Settings]]:
        """The file of each result of a picture, and its settings."""
        each = [self.settings.numbered(number) for number in range(self.count)]
        marks = ["" if self.count == 1 else f"-{settings.seed}" for settings in each]
        return [
            (self.out / f"{picture.stem}{mark}.png", settings)
            for mark, settings in zip(marks, each, strict=True)
        ]


def edit_folder(pipe: UnleashPipeline, model: str, asked: FolderEdit) -> Iterator[Edited]:
    """Edit the pictures of a folder one by one; yields the outcome of each, and goes on after an error.

    Results that exist already are skipped, so that an interrupted run can be repeated to complete it; files
    are written whole or not at all.

    Args:
        pipe: of the model.
        model: its name, as recipes have it.
        asked: what to do.

    Raises:
        ValueError: before the first picture, as :meth:`FolderEdit.pictures`, and if there is nothing to do or
            a setting is not valid for this model.
        NotWrittenError: if a result cannot be written.
    """
    pictures = asked.pictures()
    if asked.masks is None and not asked.pins:
        raise ValueError("nothing to do: give masks or pins")
    settings = asked.settings.over(pipe.defaults)
    pipe.evaluations(settings=settings.model_copy(update={"regions": ()}))
    return (_edited(pipe, model, asked, picture) for picture in pictures)


def mask_of(picture: Path, masks: Path) -> Path:
    """The mask of a picture: ``masks`` if it is a file, else the picture in it of the same name.

    Raises:
        ValueError: if there is none, or there are several.
    """
    if not masks.is_dir():
        return masks
    found = sorted(path for path in masks.iterdir() if path.stem == picture.stem and _is_picture(path))
    if len(found) != 1:
        names = " and ".join(path.name for path in found)
        wrong = f"{names} have its name" if found else f"for example {picture.stem}.png"
        raise ValueError(f"{masks} must contain one mask for it: {wrong}")
    return found[0]


def _edited(pipe: UnleashPipeline, model: str, asked: FolderEdit, picture: Path) -> Edited:
    missing = [(file, settings) for file, settings in asked.results(picture) if not file.exists()]
    done: list[Path] = []
    try:
        if missing:
            draft, regions = _draft(pipe, model, asked, picture)
        for file, settings in missing:
            chosen = settings.over(pipe.defaults).model_copy(update={"regions": regions})
            made = finished(make(pipe, model, draft, chosen))
            with written(file):
                file.parent.mkdir(parents=True, exist_ok=True)
            write_png(made.image, made.recipe, file, made.box)
            done.append(file)
    except NotWrittenError:
        raise
    except (ValueError, OSError) as error:
        return Edited(picture, tuple(done), str(error))
    return Edited(picture, tuple(done))


def _draft(
    pipe: UnleashPipeline, model: str, asked: FolderEdit, picture: Path
) -> tuple[Draft, tuple[Region, ...]]:
    opened = open_picture(pipe, model, picture, "crop" if asked.crop is None else "cells", asked.crop)
    mask = None if asked.masks is None else read_mask(mask_of(picture, asked.masks), opened.size)
    grid = (opened.canvas.height, opened.canvas.width)
    masks = [(mask_of(picture, masks), shows) for masks, shows in asked.regions]
    regions = regions_of(masks, grid, opened.size, opened.cropped)
    return edits.edit(opened, mask, pins=asked.pins, keep_pixels=asked.keep_pixels), regions


def _is_picture(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in ENDINGS and not path.name.startswith(".")
