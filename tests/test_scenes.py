"""The drawn world: the same seed is the same picture, and the label map is of that picture."""

import time
from random import Random

import numpy as np
import pytest
from PIL import Image

from unleash.scenes import LABELS, Element, draw
from unleash.scenes.light import light_of, mix, multiply
from unleash.scenes.painter import Painter, ellipse, polygon, rectangle


@pytest.mark.parametrize("label", LABELS)
def test_the_same_seed_draws_the_same_picture_and_another_another(label):
    first, again, other = draw(label, 5), draw(label, 5), draw(label, 6)
    assert first.picture.shape == (256, 256, 3)
    assert first.picture.dtype == first.elements.dtype == np.uint8
    assert (first.picture == again.picture).all()
    assert (first.elements == again.elements).all()
    assert (first.picture != other.picture).any()


@pytest.mark.parametrize("label", LABELS)
def test_every_picture_shows_what_its_label_says(label):
    church = {Element.SKY, Element.WALL}
    room = {Element.WALL, Element.FLOOR, Element.BED, Element.PILLOW}
    for seed in range(20):
        found = {Element(value) for value in np.unique(draw(label, seed).elements)}
        assert found >= (church if label.startswith("church") else room), seed
        assert (Element.BED in found) == label.startswith("bedroom")


def test_the_family_as_a_whole_shows_every_element():
    found = {int(v) for label in LABELS for seed in range(40) for v in np.unique(draw(label, seed).elements)}
    assert found == {int(element) for element in Element}


def test_times_of_day_differ_in_brightness():
    def brightness(label):
        return np.mean([draw(label, seed).picture.mean() for seed in range(8)])

    assert brightness("church-night") < brightness("church-dusk") < brightness("church-winter")
    assert brightness("church-night") < 0.6 * brightness("church-day")
    assert brightness("bedroom-night") < 0.8 * brightness("bedroom-day")


@pytest.mark.parametrize("label", ["church-dusk", "church-night", "church-winter"])
def test_a_church_stands_out_against_the_sky_beside_it(label):
    def contrast(scene):
        church = np.isin(scene.elements, [Element.WALL, Element.TOWER])
        sky = scene.elements == Element.SKY
        rows = np.flatnonzero(church.any(1) & sky.any(1))
        means = [(scene.picture[y][church[y]].mean(0), scene.picture[y][sky[y]].mean(0)) for y in rows]
        return np.mean([abs(wall - beside) for wall, beside in means])

    for seed in range(40):
        assert contrast(draw(label, seed)) > 32, seed


def test_an_unknown_label_is_named():
    with pytest.raises(ValueError, match="no label 'church-noon'; the labels are church-day"):
        draw("church-noon", 0)


@pytest.mark.parametrize(
    "path", [rectangle(40, 40, 90, 120), ellipse(128, 128, 60, 30), polygon((10, 200), (100, 60), (220, 240))]
)
def test_a_shape_is_the_same_in_picture_and_label_map(path):
    painter = Painter()
    painter.fill(rectangle(0, 0, 256, 256), (0.0, 0.0, 0.0), Element.SKY)
    painter.fill(path, (1.0, 1.0, 1.0), Element.DOME)
    inside = painter.picture()[..., 0] > 127
    assert (inside != (painter.labels() == Element.DOME)).mean() < 0.002  # but for half-covered edges
    assert inside.any()


def test_light_and_shadow_leave_the_label_map_alone():
    painter = Painter()
    painter.fill(rectangle(0, 0, 256, 256), (0.2, 0.4, 0.8), Element.SKY)
    before = painter.picture()
    painter.fill(ellipse(128, 128, 50, 50), (1.0, 1.0, 0.5), alpha=0.5, blur=4)
    assert (painter.picture() != before).any()
    assert (painter.labels() == Element.SKY).all()


def test_colours_mix_and_multiply():
    assert mix((0.0, 0.5, 1.0), (1.0, 0.5, 0.0), 0.25) == (0.25, 0.5, 0.75)
    assert multiply((0.5, 1.0, 0.0), (1.5, 1.5, 1.5)) == (0.75, 1.0, 0.0)


def test_distance_fades_into_haze():
    light = light_of("day", Random(0))
    assert light.shade((0.1, 0.1, 0.1), distance=1.0) == light.haze


def test_sixty_pictures_take_no_more_than_a_second_of_one_core():
    for label in LABELS:
        draw(label, 0)
    start = time.process_time()
    for index in range(64):
        draw(LABELS[index % 8], index)
    assert 64 / (time.process_time() - start) > 60


@pytest.mark.parametrize("label", LABELS)
def test_a_scene_is_the_same_at_every_scale(label):
    once, twice = draw(label, 5), draw(label, 5, scale=2)
    assert twice.picture.shape == (512, 512, 3)
    assert twice.elements.shape == (512, 512)
    halved = np.array(Image.fromarray(twice.picture).resize((256, 256), Image.Resampling.BOX), dtype=int)
    assert np.abs(halved - once.picture).mean() < 1.5  # of 255
    assert (twice.elements[::2, ::2] == once.elements).mean() > 0.98
