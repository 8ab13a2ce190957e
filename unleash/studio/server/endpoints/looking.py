"""Endpoints for predictions, codes and models."""

from dataclasses import dataclass
from io import BytesIO
from typing import Annotated

import numpy as np
from pydantic import Field

from unleash.canvas.bounds import MAX_SIDE
from unleash.canvas.document import TokenCanvas
from unleash.canvas.recipe import Recipe, read_json
from unleash.canvas.settings import Guidance, Label, Text
from unleash.images.fitting import Fit
from unleash.models.locating import known_as
from unleash.operations.opening import encode_picture
from unleash.sampling.inspector import CellInspection
from unleash.sampling.work import Work
from unleash.studio.server import files
from unleash.studio.server.downloads import to_fetch
from unleash.studio.server.endpoints.publishing import File, Picture
from unleash.studio.server.endpoints.working import CropTo, Family, Worker, png
from unleash.studio.server.limits import admit_inspection
from unleash.studio.server.menu import codebook, names

Top = Annotated[int, Field(ge=1, le=64)]
Index = Annotated[int, Field(ge=0, lt=MAX_SIDE)]


@dataclass(frozen=True)
class Thought:
    """The predictions for every cell, as lists of rows.

    Attributes:
        codes: the present codes; the mask token K where unknown.
        entropy: in bits; 0 where the model is certain.
        surprise: of the present code, in bits; null where unknown.
        likeliest: the likeliest codes, in descending order.
        probabilities: of ``likeliest``, in [0, 1].
    """

    codes: list[list[int]]
    entropy: list[list[float]]
    surprise: list[list[float | None]]
    likeliest: list[list[list[int]]]
    probabilities: list[list[list[float]]]


@dataclass(frozen=True)
class Catalogue:
    """The layout of a sheet of codes.

    Attributes:
        order: the code of each thumbnail, row by row; similar codes are neighbours.
        columns: thumbnails in a row.
        side: side of a thumbnail in pixels.
        names: what each code mostly shows, by code; null if unknown.
    """

    order: list[int]
    columns: int
    side: int
    names: list[str | None]


@dataclass(frozen=True)
class Offered:
    """A model in the menu.

    Attributes:
        name: its name for other endpoints.
        model: its name in recipes.
        labels: its labels.
        image_size: side of its pictures in pixels.
        grid_size: side of its grid in cells.
        codebook_size: its number of codes.
        parameters: its number of parameters.
    """

    name: str
    model: str
    labels: list[str]
    image_size: int
    grid_size: int
    codebook_size: int
    parameters: int


class Looking(Family):
    """Endpoints that change no picture."""

    def inspect(
        self,
        canvas: Text,
        label: Label | None = None,
        guidance_scale: Guidance = 1.0,
        top: Top = 3,
        spacing: Annotated[int, Field(ge=1, le=16)] = 4,
        model: str | None = None,
    ) -> Work[Thought]:
        """The model's predictions for every cell given all others: entropy, surprise and likeliest codes.

        Args:
            canvas: JSON of a canvas or a recipe; of a recipe with a result, that is used.
            label: one of the model's labels; None: unconditional.
            guidance_scale: 1 follows the label as learned, more exaggerates it.
            top: number of likeliest codes per cell.
            spacing: distance of cells predicted together; larger is more exact, and slower by its square.
            model: a name in the studio's menu; None: the recipe's, or the first.

        Returns:
            predictions: grids of codes, entropy and surprise in bits, likeliest codes, their probabilities.
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
        """The model's exact predictions for one cell given all others.

        Args:
            canvas: JSON of a canvas or a recipe; of a recipe with a result, that is used.
            row: row of the cell, counted from 0.
            column: column of the cell, counted from 0.
            top: number of likeliest codes.
            label: one of the model's labels; None: unconditional.
            guidance_scale: 1 follows the label as learned, more exaggerates it.
            model: a name in the studio's menu; None: the recipe's, or the first.

        Returns:
            predictions: likeliest codes, their probabilities, the present code, surprise and entropy in bits.
        """
        worker, seen = self._seen(canvas, model)
        return worker.pipe.inspect_cell(seen, (row, column), top, label, guidance_scale)

    def encode(
        self, image: Picture, fit: Fit = "crop", model: str | None = None, crop: CropTo | None = None
    ) -> tuple[str, list[list[int]]]:
        """Encode a picture; `decode` gives its reconstruction.

        Args:
            image: any picture.
            fit: crop crops to a square, whole adds margins, shape keeps the shape, cells the shorter side.
            model: a name in the studio's menu; None: the first.
            crop: [x, y, width, height] of the part to encode, which is then fitted; None: all of it.

        Returns:
            recipe: JSON of a recipe whose result has the picture's codes.
            codes: a list of rows.
        """
        worker = self.worker(model)
        part = None if crop is None else (crop[0], crop[1], crop[2], crop[3])
        canvas = encode_picture(worker.pipe, image, fit, part).canvas
        codes = canvas.codes.tolist()
        return Recipe(model=worker.model, canvas=canvas, codes=codes).to_json(), codes

    def decode(self, canvas: Text, model: str | None = None) -> File:
        """Decode a canvas. Unknown cells are transparent.

        Args:
            canvas: JSON of a canvas or a recipe; of a recipe with a result, that is used.
            model: a name in the studio's menu; None: the recipe's, or the first.

        Returns:
            picture: a PNG with its recipe.
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
        """Thumbnails of all codes on one sheet, and what each mostly shows.

        Args:
            model: a name in the studio's menu; None: the first.

        Returns:
            sheet: a PNG of thumbnails.
            catalogue: order of the codes, columns, side of a thumbnail in pixels, names by code.
        """
        source = self.handlers.offered[self._name(model)]
        sheet = codebook(source)
        named = names(source) or (None,) * len(sheet.order)
        file = BytesIO()
        sheet.image.save(file, "PNG")
        catalogue = Catalogue(
            sheet.order, sheet.columns, sheet.side, [name.name if name else None for name in named]
        )
        return to_fetch(file.getvalue(), "codebook.png"), catalogue

    def models(self) -> list[Offered]:
        """The models in the menu: their labels, grid, codebook and size.

        Returns:
            models: a list of objects.
        """
        offered = self.handlers.offered.items()
        found = {name: (known_as(model), self.handlers.about(name)) for name, model in offered}
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
        """The canvas in a JSON text, and the model for it."""
        given = _read(text)
        if isinstance(given, TokenCanvas):
            return self.worker(model), given
        return self.worker_for(given, model), given.result or given.canvas


def _read(text: str) -> Recipe | TokenCanvas:
    """The recipe or the canvas in a JSON text."""
    data = read_json(text)
    return Recipe.from_dict(data) if "version" in data else TokenCanvas.from_dict(data)
