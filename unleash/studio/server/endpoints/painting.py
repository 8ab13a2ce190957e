"""Endpoints to generate, edit and inpaint."""

from typing import Annotated, Any

from pydantic import Field

from unleash.canvas import rules as rule_book
from unleash.canvas.bounds import MAX_CELLS, MAX_RULES
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Settings, Text
from unleash.images.masks import read_mask
from unleash.operations import edits
from unleash.operations.making import Draft
from unleash.sampling.work import Work
from unleash.studio.server.endpoints.publishing import Picture
from unleash.studio.server.endpoints.working import CropTo, Family, Made

Cells = Annotated[list[Annotated[list[int], Field(min_length=2, max_length=2)]], Field(max_length=MAX_CELLS)]
Pins = Annotated[list[Annotated[list[int], Field(min_length=3, max_length=3)]], Field(max_length=MAX_CELLS)]
Rules = Annotated[list[dict[str, Any]], Field(max_length=MAX_RULES)]


class Painting(Family):
    """Endpoints that generate pictures and repaint parts of them."""

    def generate(
        self, settings: Settings, recipe: Text | None = None, model: str | None = None
    ) -> Work[Made]:
        """Generate a picture, or reproduce that of a recipe.

        Args:
            settings: see `Settings`.
            recipe: JSON of a recipe; its canvas and settings are used instead of all of the above.
            model: a name in the studio's menu; None: the recipe's, or the first.

        Returns:
            picture: a PNG with its recipe.
            recipe: the recipe as JSON.
        """
        if recipe is None:
            worker = self.worker(model)
            return (yield from worker.paint(Draft(worker.pipe.blank()), settings))
        wanted = Recipe.from_json(recipe)
        return (yield from self.worker_for(wanted, model).paint(Draft(wanted.canvas), wanted.settings))

    def edit(
        self,
        image: Picture,
        settings: Settings,
        mask: Picture | None = None,
        cells: Cells | None = None,
        pins: Pins | None = None,
        rules: Rules | None = None,
        keep_pixels: bool | None = None,
        model: str | None = None,
        crop: CropTo | None = None,
    ) -> Work[Made]:
        """Repaint a part of a picture, put chosen codes in chosen cells, and restrict the codes of others.

        Args:
            image: the picture; a square of it is the canvas unless it has a recipe of this model.
            settings: see `Settings`.
            mask: a picture of the same size; cells that its white touches are repainted.
            cells: repaint these too: [[row, column], ...], counted from 0.
            pins: put codes in cells: [[row, column, code], ...].
            rules: codes that cells may or may not get: [{"cells", "codes", "allowed", "strength"}, ...].
            keep_pixels: keep all other pixels; None: unless the model drew the picture itself.
            model: a name in the studio's menu; None: the first.
            crop: [x, y, width, height] of the part to open, in its own shape; None: all, cut to a square.

        Returns:
            picture: a PNG with its recipe, of the same size as the image if its pixels are kept.
            recipe: the recipe as JSON.
        """
        worker = self.worker(model)
        opened = worker.open(image, crop=crop)
        draft = edits.edit(
            opened,
            None if mask is None else read_mask(mask, opened.size),
            [(row, column) for row, column in cells or []],
            {(row, column): code for row, column, code in pins or []},
            rule_book.listed(rules or []),
            keep_pixels,
        )
        return (yield from worker.paint(draft, settings))

    def inpaint(
        self,
        image: Picture,
        mask: Picture,
        settings: Settings,
        feather: Annotated[int, Field(ge=0, le=128)] = 8,
        model: str | None = None,
        crop: CropTo | None = None,
    ) -> Work[Made]:
        """Repaint the masked area and keep every other pixel exactly.

        Args:
            image: the picture; cropped to a square unless it has a recipe of this model.
            mask: a picture of the same size, white where the image is repainted; grey blends.
            settings: see `Settings`.
            feather: width in canvas pixels, beyond the mask, in which old and new are blended.
            model: a name in the studio's menu; None: the first.
            crop: [x, y, width, height] of the part to open, in its own shape; None: all, cut to a square.

        Returns:
            picture: a PNG with its recipe, of the same size as the image if its pixels are kept.
            recipe: the recipe as JSON.
        """
        worker = self.worker(model)
        opened = worker.open(image, crop=crop)
        marked = read_mask(mask, opened.size)
        draft = edits.edit(opened, marked, keep_pixels=True, feather=feather)
        return (yield from worker.paint(draft, settings))
