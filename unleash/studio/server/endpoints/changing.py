"""Other pictures near one, and two pictures in one."""

from typing import Annotated

from pydantic import Field

from unleash.canvas.settings import Settings
from unleash.canvas.variation import blend_canvases, borders, dithered, patches, vary
from unleash.images.compositing import fitted
from unleash.images.masks import read_mask
from unleash.sampling.work import Work
from unleash.studio.server.endpoints.publishing import Picture
from unleash.studio.server.endpoints.working import Family, Made

Share = Annotated[float, Field(ge=0, le=1)]


class Changing(Family):
    """Endpoints that go from pictures to pictures like them."""

    def vary(
        self, image: Picture, settings: Settings, strength: Share = 0.5, model: str | None = None
    ) -> Work[Made]:
        """More like this: draw a share of the cells again, chosen by the seed. Pins stay.

        Args:
            image: the picture; cut to a square unless it carries a recipe of this model.
            settings: see there.
            strength: the share of the cells, from 0, none, to 1, all.
            model: a name in the studio's menu; None: the first.

        Returns:
            picture: a PNG that carries its recipe.
            recipe: the recipe as JSON.
        """
        worker = self.worker(model)
        canvas = vary(worker.open(image).canvas, strength, settings.seed)
        return (yield from worker.paint(canvas, settings))

    def relight(
        self, image: Picture, settings: Settings, strength: Share = 0.6, model: str | None = None
    ) -> Work[Made]:
        """Light a picture differently: draw a share of its cells again under another label. Pins stay.

        Args:
            image: the picture; cut to a square unless it carries a recipe of this model.
            settings: see there.
            strength: the share of the cells, from 0, none, to 1, all.
            model: a name in the studio's menu; None: the first.

        Returns:
            picture: a PNG that carries its recipe.
            recipe: the recipe as JSON.
        """
        worker = self.worker(model)
        if settings.label is None:
            known = ", ".join(worker.pipe.labels) or "none, so it cannot relight"
            raise ValueError(f"a label is needed to light the picture by; this model's are: {known}")
        canvas = vary(worker.open(image).canvas, strength, settings.seed)
        return (yield from worker.paint(canvas, settings))

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
        shape = a.canvas.base.shape
        if mask is None:
            choice = patches((shape[0], shape[1]), share, settings.seed)
        else:
            choice = dithered(fitted(read_mask(mask, a.size), shape[::-1]), settings.seed)
        canvas = blend_canvases(a.canvas, b.canvas, choice)
        if heal:
            canvas = canvas.mask(borders(choice & ~a.canvas.pinned, heal))
        return (yield from worker.paint(canvas, settings))
