"""Endpoints for pictures larger than the model's."""

from typing import Annotated

from pydantic import Field

from unleash.canvas.bounds import MAX_SIDE
from unleash.canvas.settings import Settings
from unleash.canvas.stitching import Axis
from unleash.operations import edits
from unleash.sampling.work import Work
from unleash.studio.server.endpoints.publishing import Picture
from unleash.studio.server.endpoints.working import CropTo, Family, Made

Cells = Annotated[int, Field(ge=0, le=MAX_SIDE)]


class Growing(Family):
    """Endpoints that extend and stitch pictures."""

    def extend(
        self,
        image: Picture,
        settings: Settings,
        left: Cells = 0,
        right: Cells = 0,
        top: Cells = 0,
        bottom: Cells = 0,
        keep_pixels: bool | None = None,
        model: str | None = None,
        crop: CropTo | None = None,
    ) -> Work[Made]:
        """Extend a picture beyond its borders, up to 64×64 cells.

        Args:
            image: the picture; its shorter side is scaled to the model's, its longer one cropped to cells.
            settings: see `Settings`.
            left: cells to add on the left.
            right: cells to add on the right.
            top: cells to add above.
            bottom: cells to add below.
            keep_pixels: keep the picture's own pixels; None: unless the model drew the picture itself.
            model: a name in the studio's menu; None: the first.
            crop: [x, y, width, height] of the part to open, in its own shape; None: all of it.

        Returns:
            picture: a PNG with its recipe.
            recipe: the recipe as JSON.
        """
        worker = self.worker(model)
        draft = edits.extend(worker.open(image, "cells", crop), left, right, top, bottom, keep_pixels)
        return (yield from worker.paint(draft, settings))

    def stitch(
        self,
        first: Picture,
        second: Picture,
        settings: Settings,
        axis: Axis = "horizontal",
        seam: Cells = 4,
        keep_pixels: bool | None = None,
        model: str | None = None,
    ) -> Work[Made]:
        """Join two pictures and fill the seam between them, so that one merges into the other.

        Args:
            first: the left or upper picture; its shorter side is scaled to the model's.
            second: the right or lower picture; scaled likewise.
            settings: see `Settings`.
            axis: horizontal, side by side, or vertical, one above the other.
            seam: cells across the seam, half in each picture.
            keep_pixels: keep the pixels outside the seam; None: unless the model drew both pictures itself.
            model: a name in the studio's menu; None: the first.

        Returns:
            picture: a PNG with its recipe.
            recipe: the recipe as JSON.
        """
        worker = self.worker(model)
        a, b = (worker.open(image, "cells") for image in (first, second))
        return (yield from worker.paint(edits.stitch(a, b, axis, seam, keep_pixels), settings))
