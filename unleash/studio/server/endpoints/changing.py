"""Other pictures near one, and two pictures in one."""

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
    """Endpoints that go from pictures to pictures like them."""

    def vary(
        self,
        image: Picture,
        settings: Settings,
        strength: Share = 0.5,
        model: str | None = None,
        crop: CropTo | None = None,
    ) -> Work[Made]:
        """More like this: draw a share of the cells again, chosen by the seed. Pins stay.

        Args:
            image: the picture; cut to a square unless it carries a recipe of this model.
            settings: see there.
            strength: the share of the cells, above 0, to 1, all.
            model: a name in the studio's menu; None: the first.
            crop: [x, y, width, height] of the part to open, in its own shape; None: all, cut to a square.

        Returns:
            picture: a PNG that carries its recipe.
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
        """Light a picture differently: draw it again under another label, in four runs.

        What has codes of the old light is drawn again. Pins stay. The recipe is that of the last run.

        Args:
            image: the picture; cut to a square unless it carries a recipe of this model.
            settings: see there; label is the new one, and needed.
            strength: how strictly codes of the old light are avoided, above 0, to 1, altogether.
            from_label: the label that the picture has now; None: its recipe's, if it has one.
            model: a name in the studio's menu; None: the first.
            crop: [x, y, width, height] of the part to open, in its own shape; None: all, cut to a square.

        Returns:
            picture: a PNG that carries its recipe.
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
        """Mix two pictures cell by cell, by a map or in patches, and paint over the borders between them.

        Args:
            first: a picture; cut to a square unless it carries a recipe of this model.
            second: a picture; cut in the same way.
            settings: see there.
            share: how many of the cells are the second's, in patches drawn by the seed; unused with a mask.
            mask: a picture as large as the first, white where the second is wanted; grey is drawn by lot.
            heal: cells on either side of a border that are painted anew.
            model: a name in the studio's menu; None: the first.

        Returns:
            picture: a PNG that carries its recipe.
            recipe: the recipe as JSON.
        """
        worker = self.worker(model)
        a, b = worker.open(first), worker.open(second)
        where = None if mask is None else read_mask(mask, a.size)
        draft = edits.blend(a.canvas, b.canvas, share, where, heal, settings.seed)
        return (yield from worker.paint(draft, settings))
