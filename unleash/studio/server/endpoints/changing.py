"""Endpoints for variations, relighting and blending."""

from typing import Annotated

from pydantic import Field

from unleash.canvas.settings import Label, Settings
from unleash.images.masks import read_mask
from unleash.operations import edits
from unleash.operations.relighting import relight
from unleash.sampling.work import Work
from unleash.studio.server.endpoints.publishing import Picture
from unleash.studio.server.endpoints.working import CropTo, Family, Made

Share = Annotated[float, Field(ge=0, le=1)]


class Changing(Family):
    """Endpoints that make variations of pictures."""

    def vary(
        self,
        image: Picture,
        settings: Settings,
        strength: Share = 0.5,
        model: str | None = None,
        crop: CropTo | None = None,
    ) -> Work[Made]:
        """Make a variation: draw a share of the cells again, chosen by the seed. Pins stay.

        Args:
            image: the picture; cropped to a square unless it has a recipe of this model.
            settings: see `Settings`.
            strength: the share of the cells, above 0 and at most 1.
            model: a name in the studio's menu; None: the first.
            crop: [x, y, width, height] of the part to open, in its own shape; None: all, cut to a square.

        Returns:
            picture: a PNG with its recipe.
            recipe: the recipe as JSON.
        """
        worker = self.worker(model)
        draft = edits.vary(worker.open(image, crop=crop).canvas, strength, settings.seed)
        return (yield from worker.paint(draft, settings))

    def relight(
        self,
        image: Picture,
        settings: Settings,
        strength: Share = 0.5,
        from_label: Label | None = None,
        model: str | None = None,
        crop: CropTo | None = None,
    ) -> Work[Made]:
        """Relight a picture: draw it again with another label, in four runs.

        Cells with codes of the old light are drawn again. Pins stay. The recipe is that of the last run.

        Args:
            image: the picture; cropped to a square unless it has a recipe of this model.
            settings: see `Settings`; label is the new label, and required.
            strength: how strictly codes of the old light are avoided, above 0 and at most 1 (excluded).
            from_label: the picture's current label; None: that of its recipe, if it has one.
            model: a name in the studio's menu; None: the first.
            crop: [x, y, width, height] of the part to open, in its own shape; None: all, cut to a square.

        Returns:
            picture: a PNG with its recipe.
            recipe: the recipe as JSON.
        """
        worker = self.worker(model)
        opened = worker.open(image, crop=crop)
        draft = relight(opened.canvas, strength, from_label or opened.label)
        return (yield from worker.paint(draft, settings))

    def blend(
        self,
        first: Picture,
        second: Picture,
        settings: Settings,
        share: Share = 0.5,
        mask: Picture | None = None,
        heal: Annotated[int, Field(ge=0, le=8)] = 1,
        model: str | None = None,
    ) -> Work[Made]:
        """Blend two pictures cell by cell, by a mask or in patches, and fill the borders between them again.

        Args:
            first: a picture; cropped to a square unless it has a recipe of this model.
            second: a picture; cropped in the same way.
            settings: see `Settings`.
            share: share of the cells from the second, in patches chosen by the seed; unused with a mask.
            mask: a picture as large as the first, white where the second is wanted; grey is a probability.
            heal: cells on either side of a border that are filled again.
            model: a name in the studio's menu; None: the first.

        Returns:
            picture: a PNG with its recipe.
            recipe: the recipe as JSON.
        """
        worker = self.worker(model)
        a, b = worker.open(first), worker.open(second)
        where = None if mask is None else read_mask(mask, a.size)
        draft = edits.blend(a.canvas, b.canvas, share, where, heal, settings.seed)
        return (yield from worker.paint(draft, settings))
