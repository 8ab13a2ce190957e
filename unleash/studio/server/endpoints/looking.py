"""What a model thinks, what codes a picture has and what they look like, and which models there are."""

from dataclasses import dataclass
from io import BytesIO
from typing import Annotated

import numpy as np
from pydantic import Field

from unleash.canvas.bounds import MAX_SIDE
from unleash.canvas.document import TokenCanvas
from unleash.canvas.recipe import Recipe, read_json
from unleash.canvas.settings import Guidance, Label, Text
from unleash.images.code_names import load_names
from unleash.images.fitting import Fit
from unleash.models.folders import describe, resolve
from unleash.operations.opening import encode_picture
from unleash.sampling.inspector import CellInspection
from unleash.sampling.work import Work
from unleash.studio.server import files
from unleash.studio.server.downloads import to_fetch
from unleash.studio.server.endpoints.publishing import File, Picture
from unleash.studio.server.endpoints.working import CropTo, Family, Worker, png
from unleash.studio.server.limits import admit_inspection
from unleash.studio.server.menu import codebook, known_as

Top = Annotated[int, Field(ge=1, le=64)]
Index = Annotated[int, Field(ge=0, lt=MAX_SIDE)]


@dataclass(frozen=True)
class Thought:
    """What a model thinks of every cell: grids of rows.

    Attributes:
        codes: what is there; the mask token K where nothing is.
        entropy: in bits; 0 where only one code is thought possible.
        surprise: of what is there, in bits; null where nothing is.
        likeliest: codes, from the likeliest down.
        probabilities: of ``likeliest``, in [0, 1].
    """

    codes: list[list[int]]
    entropy: list[list[float]]
    surprise: list[list[float | None]]
    likeliest: list[list[list[int]]]
    probabilities: list[list[list[float]]]


@dataclass(frozen=True)
class Catalogue:
    """What lies where on a sheet of codes.

    Attributes:
        order: the code of each thumbnail, row by row; neighbours look alike.
        columns: thumbnails in a row.
        side: pixels on a side of a thumbnail.
        names: what each code mostly shows, by code; null where that is not known.
    """

    order: list[int]
    columns: int
    side: int
    names: list[str | None]


@dataclass(frozen=True)
class Offered:
    """A model in the menu.

    Attributes:
        name: to ask for it by.
        model: its name in recipes.
        labels: what it can be asked for.
        image_size: pixels on a side of its pictures.
        grid_size: cells on a side.
        codebook_size: how many codes it has.
        parameters: numbers in its weights.
    """

    name: str
    model: str
    labels: list[str]
    image_size: int
    grid_size: int
    codebook_size: int
    parameters: int


class Looking(Family):
    """Endpoints that paint nothing."""

    def inspect(
        self,
        canvas: Text,
        label: Label | None = None,
        guidance_scale: Guidance = 1.0,
        top: Top = 3,
        spacing: Annotated[int, Field(ge=1, le=16)] = 4,
        model: str | None = None,
    ) -> Work[Thought]:
        """What the model thinks of every cell, given all others: its entropy, surprise and likeliest codes.

        Args:
            canvas: JSON of a canvas, or of a recipe: then of its result, if it has one.
            label: one of the model's labels; None: none.
            guidance_scale: 1 follows the label as learned, more exaggerates it.
            top: how many of the likeliest codes of each cell to tell.
            spacing: cells between those asked about at once; more is more exact, and slower by its square.
            model: a name in the studio's menu; None: the recipe's, or the first.

        Returns:
            thought: grids of codes, entropy and surprise in bits, likeliest codes and their probabilities.
        """
        worker, seen = self._seen(canvas, model)
        admit_inspection(worker.pipe, seen, spacing, guidance_scale != 1, worker.longest)
        yield
        found = yield from worker.pipe.inspecting(seen, label, guidance_scale, spacing)
        likeliest = np.argsort(-found.log_probs, axis=-1, kind="stable")[..., :top]
        probabilities = np.exp(np.take_along_axis(found.log_probs, likeliest, axis=-1))
        surprise = [[None if np.isnan(bits) else bits for bits in row] for row in found.surprise.tolist()]
        return Thought(
            codes=seen.codes.tolist(),
            entropy=found.entropy.tolist(),
            surprise=surprise,
            likeliest=likeliest.tolist(),
            probabilities=probabilities.tolist(),
        )

    def inspect_cell(
        self,
        canvas: Text,
        row: Index,
        column: Index,
        top: Top = 8,
        label: Label | None = None,
        guidance_scale: Guidance = 1.0,
        model: str | None = None,
    ) -> CellInspection:
        """What the model thinks of one cell, given all others; exact.

        Args:
            canvas: JSON of a canvas, or of a recipe: then of its result, if it has one.
            row: of the cell, counted from 0.
            column: of the cell, counted from 0.
            top: how many of the likeliest codes to tell.
            label: one of the model's labels; None: none.
            guidance_scale: 1 follows the label as learned, more exaggerates it.
            model: a name in the studio's menu; None: the recipe's, or the first.

        Returns:
            thought: likeliest codes, their probabilities, the present one, its surprise, the entropy in bits.
        """
        worker, seen = self._seen(canvas, model)
        return worker.pipe.inspect_cell(seen, (row, column), top, label, guidance_scale)

    def encode(
        self, image: Picture, fit: Fit = "crop", model: str | None = None, crop: CropTo | None = None
    ) -> tuple[str, list[list[int]]]:
        """The codes of a picture. What the model sees in it is what `decode` makes of them.

        Args:
            image: any picture.
            fit: crop cuts to a square, whole adds margins, shape keeps the shape, cells the shorter side.
            model: a name in the studio's menu; None: the first.
            crop: [x, y, width, height] of the part to encode, which is then fitted; None: all of it.

        Returns:
            recipe: JSON of a recipe whose result is the picture in codes.
            codes: a grid of rows.
        """
        worker = self.worker(model)
        part = None if crop is None else (crop[0], crop[1], crop[2], crop[3])
        canvas = encode_picture(worker.pipe, image, fit, part).canvas
        codes = canvas.codes.tolist()
        return Recipe(model=worker.model, canvas=canvas, codes=codes).to_json(), codes

    def decode(self, canvas: Text, model: str | None = None) -> File:
        """The picture of codes. Cells that are unknown are transparent.

        Args:
            canvas: JSON of a canvas, or of a recipe: then of its result, if it has one.
            model: a name in the studio's menu; None: the recipe's, or the first.

        Returns:
            picture: a PNG that carries its recipe.
        """
        given = _read(canvas)
        if isinstance(given, Recipe):
            worker, recipe = self.worker_for(given, model), given
        else:
            worker = self.worker(model)
            recipe = Recipe(model=worker.model, canvas=given)
        worker.pipe.check(recipe.canvas)
        shown = recipe.result or recipe.canvas
        return png(files.picture_of(worker.pipe, shown.codes), recipe)

    def codebook(self, model: str | None = None) -> tuple[File, Catalogue]:
        """What every code looks like, on one sheet, and what it mostly shows in words.

        Args:
            model: a name in the studio's menu; None: the first.

        Returns:
            sheet: a PNG of thumbnails.
            catalogue: an object: order of the codes, columns, side of a thumbnail in pixels, names by code.
        """
        source = self.handlers.offered[self._name(model)]
        sheet = codebook(source)
        size = len(sheet.order)
        named = load_names(resolve(source), size) or (None,) * size
        names = [name.name if name else None for name in named]
        file = BytesIO()
        sheet.image.save(file, "PNG")
        catalogue = Catalogue(sheet.order, sheet.columns, sheet.side, names)
        return to_fetch(file.getvalue(), "codebook.png"), catalogue

    def models(self) -> list[Offered]:
        """The models of the menu: what they can be asked for, their grid, codebook and size.

        Returns:
            models: a list of objects.
        """
        found = {name: (known_as(model), describe(model)) for name, model in self.handlers.offered.items()}
        return [
            Offered(
                name=name,
                model=known,
                labels=list(about.labels),
                image_size=about.image_size,
                grid_size=about.grid_size,
                codebook_size=about.codebook_size,
                parameters=about.parameters,
            )
            for name, (known, about) in found.items()
        ]

    def _name(self, model: str | None) -> str:
        name = model or next(iter(self.handlers.offered))
        self.handlers.pipeline(name)
        return name

    def _seen(self, text: str, model: str | None) -> tuple[Worker, TokenCanvas]:
        """The canvas of a JSON text, and the model to look at it with."""
        given = _read(text)
        if isinstance(given, TokenCanvas):
            return self.worker(model), given
        worker = self.worker(model) if model else self.worker_for(given, None)
        return worker, given.result or given.canvas


def _read(text: str) -> Recipe | TokenCanvas:
    """The recipe or the canvas in a JSON text."""
    data = read_json(text)
    return Recipe.from_dict(data) if "version" in data else TokenCanvas.from_dict(data)
