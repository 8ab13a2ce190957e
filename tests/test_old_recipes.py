"""Ten recipes as version 3 of the format and its predecessors wrote them, read and run by the code as it is.

``tests/fixtures/recipes`` holds them with the small model that made them and the pictures that came of them.
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unleash import Recipe, UnleashPipeline
from unleash.images.recipes import carried_recipe
from unleash.studio.server.files import shown_in

RECIPES = Path(__file__).parent / "fixtures" / "recipes"
PICTURES = sorted(RECIPES.glob("*.png"))


@pytest.fixture(scope="module")
def maker() -> UnleashPipeline:
    """The model that made the pictures, as it was saved then."""
    pipe = UnleashPipeline.from_pretrained(RECIPES / "model")
    pipe.set_progress_bar_config(disable=True)
    return pipe


def recipe_of(picture: Path) -> Recipe:
    """The recipe in a picture, or beside it."""
    return carried_recipe(picture) or carried_recipe(picture.with_suffix(".json"))


def test_there_are_ten():
    assert len(PICTURES) == 10


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_a_recipe_gives_its_codes_and_its_picture_again(maker, picture):
    recipe = recipe_of(picture)
    out = maker(recipe.canvas, settings=recipe.settings)
    assert out.canvases == [recipe.result]
    made, kept = np.array(out.images[0], dtype=int), np.array(Image.open(picture), dtype=int)
    if picture.stem == "kept":  # round what was repainted, the pixels of a photograph
        made, kept = made[:12], kept[:12]
    assert np.abs(made - kept).max() <= 1


def test_pixels_that_were_kept_are_recognised(maker):
    own = {
        picture.stem for picture in PICTURES if shown_in(maker, picture, recipe_of(picture)).own is not None
    }
    assert own == {"kept"}
