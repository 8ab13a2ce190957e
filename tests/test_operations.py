"""Operations on pictures: what is opened, made and kept, whichever door they come through."""

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from unleash import Recipe, Settings, TokenCanvas, UnleashPipeline
from unleash.images import reading
from unleash.images.fitting import to_square
from unleash.images.recipes import write_png
from unleash.models.locating import HOME
from unleash.operations import edits, opening
from unleash.operations.making import Made, make
from unleash.operations.opening import Opened, open_picture
from unleash.operations.relighting import _of_new_light, relight, share_changed
from unleash.sampling.work import finished
from unleash.scenes import draw

SETTINGS = Settings(steps=4, label="night", seed=5)
WHOLE = TokenCanvas.from_codes(np.arange(16).reshape(4, 4), 16)


def made(pipe: UnleashPipeline, draft, settings: Settings = SETTINGS) -> Made:
    return finished(make(pipe, "tiny", draft, settings))


@pytest.fixture
def saved(pipe: UnleashPipeline, tmp_path):
    """A picture by the model, in a file that says whether pixels were kept, or leaves it open."""

    def save(kept_pixels):
        recipe = Recipe(model="tiny", canvas=WHOLE, settings=SETTINGS, codes=WHOLE.codes.tolist())
        told = recipe.model_copy(update={"kept_pixels": kept_pixels})
        write_png(pipe.render(WHOLE), told, tmp_path / "made.png")
        return tmp_path / "made.png"

    return save


# -- open ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kept_pixels", "renders"), [(False, 0), (True, 0), (None, 1)])
def test_a_file_is_read_once_and_drawn_only_if_its_recipe_does_not_say_what_was_kept(
    pipe, saved, monkeypatch, kept_pixels, renders
):
    path, render, plain = saved(kept_pixels), pipe.render, reading._plain
    drawn, read = [], []
    monkeypatch.setattr(pipe, "render", lambda canvas: (drawn.append(1), render(canvas))[1])
    monkeypatch.setattr(reading, "_plain", lambda *given: (read.append(1), plain(*given))[1])
    opened = open_picture(pipe, "tiny", path)
    assert (len(read), len(drawn)) == (1, renders)
    assert (opened.canvas, opened.label, opened.drawn) == (WHOLE, "night", not kept_pixels)


def test_a_picture_by_another_model_is_encoded(pipe, saved):
    opened = open_picture(pipe, "other", saved(False))
    assert opened.canvas == pipe.encode(opened.image)
    assert (opened.drawn, opened.label) == (False, None)


def test_the_size_of_a_picture_is_that_of_its_file_though_it_lies_on_its_side(pipe, tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    Image.new("RGB", (60, 40), "red").save(tmp_path / "turned.jpg", exif=exif)
    assert open_picture(pipe, "tiny", tmp_path / "turned.jpg").size == (40, 60)


@pytest.mark.parametrize(("alpha", "opaque"), [(255, True), (254, False)])
def test_whether_a_picture_is_opaque_is_found_while_it_is_read(tmp_path, alpha, opaque):
    image = Image.new("RGBA", (20, 20), (10, 20, 30, 255))
    image.putpixel((19, 19), (10, 20, 30, alpha))
    image.save(tmp_path / "alpha.png")
    assert opening.read(tmp_path / "alpha.png").opaque == opaque


PLAIN = Recipe(model="tiny", canvas=WHOLE, settings=SETTINGS, codes=WHOLE.codes.tolist())
DRAWN = PLAIN.model_copy(update={"kept_pixels": False})


def painted_over(image):
    image = image.copy()
    image.paste("red", (0, 0, 9, 9))
    return image


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda image: image, "drawn"),
        (lambda image: image.convert("RGBA"), "drawn"),
        (lambda image: image.quantize(256), "changed"),
        (painted_over, "changed"),
        (lambda image: painted_over(image).convert("P"), "changed"),
        (lambda image: image.crop((0, 0, 16, 16)), "changed"),
        (lambda image: image.resize((64, 64)), "changed"),
        (lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), "changed"),
    ],
)
@pytest.mark.parametrize("stamped", [True, False])
def test_a_recipe_counts_only_as_long_as_its_picture_was_not_changed(pipe, tmp_path, change, kind, stamped):
    path, text = tmp_path / "made.png", PngImagePlugin.PngInfo()
    write_png(pipe.render(WHOLE), DRAWN, path)
    with Image.open(path) as file:
        for name, value in file.info.items():
            if stamped or name == "unleash":
                text.add_text(name, value)
        change(file.convert("RGB")).save(path, pnginfo=text)
    opened = open_picture(pipe, "tiny", path)
    assert (opened.drawn, opened.changed) == (kind == "drawn", kind == "changed")
    if kind == "changed":
        assert np.array_equal(
            np.array(opened.image), np.array(to_square(reading.read_picture(path), 32, "crop"))
        )


def test_an_enlarged_picture_of_ours_opens_with_its_recipe(pipe, tmp_path):
    write_png(pipe.render(WHOLE).resize((128, 128)), DRAWN, tmp_path / "large.png")
    opened = open_picture(pipe, "tiny", tmp_path / "large.png")
    assert (opened.canvas, opened.drawn, opened.image.size) == (WHOLE, True, (32, 32))


# -- edit, vary, blend -----------------------------------------------------------------------------


def test_an_edit_leaves_what_it_was_not_asked_to_change(pipe):
    opened = Opened(WHOLE, Image.new("RGB", (32, 32), "teal"), (32, 32))
    rules = WHOLE.allow((1, 1), [3, 4]).rules
    draft = edits.edit(opened, cells=[(0, 0)], pins={(3, 3): 7}, rules=[(rules[1, 1][0], [(0, 0)])])
    assert np.argwhere(draft.canvas.unknown).tolist() == [[0, 0]]
    assert draft.canvas.pins == {(3, 3): 7}
    result = made(pipe, draft)
    assert result.recipe.kept_pixels
    assert result.recipe.result.codes[0, 0] in (3, 4)
    assert (np.array(result.image)[:16, 16:] == np.array(opened.image)[:16, 16:]).all()


@pytest.mark.parametrize(
    ("make_draft", "complaint"),
    [
        (
            lambda: edits.edit(Opened(WHOLE, Image.new("RGB", (32, 32)), (32, 32))),
            "give a mask, cells or pins",
        ),
        (lambda: edits.extend(Opened(WHOLE, Image.new("RGB", (32, 32)), (32, 32))), "give left, right"),
        (lambda: edits.vary(WHOLE, 0), "greater strength"),
        (lambda: edits.vary(TokenCanvas.blank(4, 4, 16), 1), "no whole picture"),
        (lambda: edits.blend(WHOLE, WHOLE, share=0), "greater share"),
        (lambda: edits.blend(WHOLE, WHOLE, where=np.zeros((4, 4), np.float32)), "mask the cells"),
        (lambda: relight(WHOLE, 0), "greater strength"),
        (lambda: relight(WHOLE, 2), "from 0 to 1, not 2"),
        (lambda: relight(WHOLE.pin(np.ones((4, 4), bool), 1)), "remove pins"),
        (lambda: relight(TokenCanvas.blank(4, 4, 16)), "no whole picture"),
    ],
)
def test_an_operation_that_would_do_nothing_is_refused(make_draft, complaint):
    with pytest.raises(ValueError, match=complaint):
        make_draft()


# -- relight ---------------------------------------------------------------------------------------


def test_pins_and_rules_outlast_a_relighting(pipe):
    canvas = WHOLE.pin((0, 0), 9).allow((1, 1), [2, 3])
    recipe = made(pipe, relight(canvas, 1.0, "day")).recipe
    assert recipe.settings.label == "night"
    assert recipe.result.pins == {(0, 0): 9}
    assert recipe.result.rules == canvas.rules
    assert recipe.result.codes[1, 1] in (2, 3, WHOLE.codes[1, 1])


def test_a_relighting_is_made_again_by_its_recipe_and_by_its_seed(pipe):
    first = made(pipe, relight(WHOLE, 0.5, "day")).recipe
    assert pipe(first.canvas, settings=first.settings).canvases[0] == first.result
    assert made(pipe, relight(WHOLE, 0.5, "day")).recipe == first
    other = made(pipe, relight(WHOLE, 0.5, "day"), SETTINGS.changed(seed=6)).recipe
    assert other.codes != first.codes


def test_a_relighting_tells_each_step_of_its_runs_and_pauses_between_evaluations(pipe):
    frames = list(relight(WHOLE, 0.5, "day").paint(pipe, WHOLE, SETTINGS))
    steps = [frame for frame in frames if frame]
    assert [frame.index for frame in steps] == list(range(1, 5))
    assert [frame.last for frame in steps] == [False] * 3 + [True]
    assert None in frames


@pytest.mark.parametrize(("label", "complaint"), [(None, "are: day, night"), ("noon", "no label 'noon'")])
def test_a_light_that_the_model_does_not_know_is_refused(pipe, label, complaint):
    with pytest.raises(ValueError, match=complaint):
        made(pipe, relight(WHOLE), Settings(steps=4, label=label))


def test_codes_are_left_however_alike_two_lights_are():
    old = np.array([0.25, 0.25, 0.3, 0.2], np.float32)
    new = np.array([0.25, 0.25, 0.2, 0.3], np.float32)
    assert _of_new_light(new, old, 16).tolist() == [False, False, False, True]
    assert _of_new_light(old, old, 16).all()
    assert _of_new_light(np.array([0.1, 0.9], np.float32), np.array([1, 0], np.float32), 16).tolist() == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("subject", "known", "light"), [("church", True, 0.6), ("church", False, 0.6), ("bedroom", True, 0.7)]
)
def test_day_becomes_night(subject, known, light):
    pipe = UnleashPipeline.from_pretrained(HOME / "weights" / "scenes")
    day = pipe.encode(Image.fromarray(draw(f"{subject}-day", 702).picture))
    draft = relight(day, 0.5, f"{subject}-day" if known else None)
    night = finished(make(pipe, "scenes", draft, pipe.defaults.changed(label=f"{subject}-night")))
    before, after = (np.array(image.convert("L")).mean() for image in (pipe.render(day), night.image))
    assert after < light * before
    assert share_changed(day, night.recipe.result) > 0.5
