"""What the server does when something on the page happens.

Nothing here remembers anybody: what a person has done comes in with the event and goes back with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args
from uuid import uuid4

import gradio as gr
from PIL import Image

from unleash.canvas.bounds import MAX_SIDE
from unleash.canvas.document import TokenCanvas
from unleash.canvas.messages import quoted
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import EngineName, Settings
from unleash.images.fitting import Crop, Fit
from unleash.images.recipes import carried_recipe
from unleash.models.folders import HOME
from unleash.operations.opening import encode_picture
from unleash.pipeline import UnleashPipeline
from unleash.studio.server import controls, files, registry
from unleash.studio.server import menu as models
from unleash.studio.server.component import event_data, uploaded
from unleash.studio.server.components.canvas import Drawing
from unleash.studio.server.components.palette import Catalogue
from unleash.studio.server.runs import Message, end, resume, run
from unleash.studio.server.toasts import inform, toasted, warn

Ask = Literal["ask"]

EXAMPLES = HOME / "assets" / "examples"


@dataclass(frozen=True)
class News:
    """What changes on the page; None leaves a thing as it is.

    Attributes:
        message: for the filmstrip.
        pair: a picture that was encoded, as it was given and as the model sees it; twice None hides them.
        model: the one that the canvas is of.
        chosen: whether it becomes the one in the menu; else a person chose it there, or another meanwhile.
        offered: the models in the menu.
        settings: of the next run.
        label: of the next run, where nothing else about it changes.
        pipe: of the model to go on with, which the controls suit.
        pictures: how many a run makes.
        locked: whether the seed stays.
    """

    message: Message | None = None
    pair: tuple[Image.Image | None, Image.Image | None] | None = None
    model: str | None = None
    chosen: bool = True
    offered: Sequence[str] | None = None
    settings: Settings | None = None
    label: str | None = None
    pipe: UnleashPipeline | None = None
    pictures: int | None = None
    locked: bool | None = None


@dataclass(frozen=True)
class Handlers:
    """The listeners of a studio.

    Attributes:
        offered: the models of the menu.
        may_add: whether more may be added: only where nobody but the owner can reach the app.
        engine: what computes them.
    """

    offered: models.Menu
    may_add: bool = False
    engine: EngineName = "torch"

    def pipeline(self, name: str) -> UnleashPipeline:
        """The pipeline of a model in the menu; nothing else is ever loaded for a visitor."""
        if name not in self.offered:
            raise ValueError(f"the model {quoted(name)} is not offered: choose {' or '.join(self.offered)}")
        return models.computed(self.offered[name], self.engine)

    def grid(self, name: str) -> dict[str, Any]:
        """What a canvas of a model in the menu is made of: cells, their pixels and codes; whose they are."""
        pipe = self.pipeline(name)
        blank = pipe.blank()
        return {
            "height": blank.height,
            "width": blank.width,
            "codebook": blank.codebook_size,
            "cell": pipe.vqgan.cell_size,
            "model": models.known_as(self.offered[name]),
        }

    def add(self, model: str) -> str:
        """Offer another folder or Hub id, once it has been loaded; its name in the menu."""
        if not self.may_add:
            raise ValueError("only whoever runs the studio may add models")
        if not model:
            raise ValueError("name a model folder, or an id on the Hub such as owner/name")
        models.load(model)
        name = models.name_of(self.offered, model)
        self.offered.setdefault(name, model)
        return name

    def generate(
        self, drawing: Drawing, model: str, locked: bool, pictures: float, *chosen: Any
    ) -> Iterator[tuple[Any, Any]]:
        """Fill the canvas: messages for the filmstrip, and the seed where a new one was drawn."""
        with toasted():
            settings = controls.settings_to_run(chosen, locked)
            if not drawing.canvas.unknown.any():
                inform("Nothing is masked: paint the cells to fill again, or press A to mask all of them.")
                yield end(drawing.run), gr.skip()
                return
            yield gr.skip(), settings.seed
            pipe, count = self.pipeline(model), controls.pictures(pictures)
            known_as = models.known_as(self.offered[model])
            for message in run(pipe, known_as, drawing.canvas, settings, count, name=drawing.run):
                yield message or gr.skip(), gr.skip()

    def again(self, drawing: Drawing, model: str, pictures: float, *chosen: Any) -> Iterator[tuple[Any, Any]]:
        """As :meth:`generate`, with a new seed even where it is locked."""
        yield from self.generate(drawing, model, False, pictures, *chosen)

    def resume(self, drawing: Drawing, model: str) -> Iterator[tuple[Any, Any]]:
        """Go on with a stopped run: messages for the filmstrip."""
        with toasted():
            stopped = drawing.stopped
            if stopped is None or drawing.run is None:
                raise ValueError("there is no stopped picture to go on with")
            known_as, begun_by = models.known_as(self.offered[model]), stopped.recipe.model
            if known_as != begun_by:
                raise ValueError(f"this picture was begun with {quoted(begun_by)}: choose that model first")
            for message in resume(self.pipeline(model), known_as, stopped, drawing.run):
                yield message or gr.skip(), gr.skip()

    def steer(self, drawing: Drawing, *chosen: Any) -> None:
        """Let the run that the page waits for go on with the label and guidance chosen now."""
        with toasted():
            settings = controls.settings(chosen)
        if drawing.run and not registry.steer(drawing.run, settings):
            inform("This picture was all but finished: the next one follows what you chose.")

    def open_file(
        self, path: str, fit: Fit | Ask, model: str, older: bool = False, crop: Crop | None = None
    ) -> News:
        """Take up a picture, a picture with its recipe, or a recipe.

        Args:
            path: of the file.
            fit: how a picture without recipe is fitted; ``ask``: the person is asked if its shape is not the
                model's.
            model: of the canvas on the page.
            older: whether to take up the picture of a recipe whose file was changed since.
            crop: the part of a picture without recipe to take up; None: all of it.
        """
        changed = False
        with toasted():
            recipe = carried_recipe(path)
            if recipe is not None and (name := self._maker(recipe, model, path)):
                pipe = self.pipeline(name)
                shown = None if older else files.shown_in(pipe, path, recipe)
                changed = shown is not None and shown.kind == "changed"
                if not changed:
                    other = models.known_as(self.offered[name]) if name != model else None
                    message = files.open_recipe(pipe, recipe, shown, other)
                    return News(message, (None, None), model=name, settings=recipe.settings, pipe=pipe)
            pipe = self.pipeline(model)
            if fit == "ask":
                if question := files.question(pipe, path):
                    return News(question)
                fit = "crop"
            opened = encode_picture(pipe, path, fit, crop)
        seen = pipe.render(opened.canvas)
        message = files.canvas_message(
            opened.canvas, seen, original=opened.image, photograph=opened.photograph
        )
        return News(message | {"changed": changed}, (opened.image, seen))

    def open_example(self, model: str, event: gr.EventData) -> News:
        """Take up one of the bundled pictures, and choose the label that it shows."""
        with toasted():
            path = _example(event_data(event))
        pipe, label = self.pipeline(model), label_of(path)
        shown = label if label in pipe.labels else None
        # Nobody asks what the model sees in a picture that it made.
        return replace(self.open_file(path, "crop", model), pair=(None, None), label=shown, pipe=pipe)

    def open_given(self, fit: Fit | Ask, model: str, event: gr.EventData) -> News:
        """Take up a file that the page has uploaded, as the person chose, or else by ``fit``."""
        with toasted():
            given = event_data(event)
            asked = given if isinstance(given, dict) else {}
            path, crop = uploaded(asked.get("path")), _crop(asked.get("crop"))
            chosen = next((each for each in get_args(Fit) if each == asked.get("fit")), fit)
        news = self.open_file(path, chosen, model, asked.get("older") is True, crop)
        return replace(news, message={**(news.message or {}), "name": asked.get("name")})

    def pack(self, model: str, pictures: float, locked: bool, event: gr.EventData, *chosen: Any) -> Message:
        """What a project file holds of the server: the model and the settings."""
        with toasted():
            given, settings = event_data(event), controls.settings(chosen)
        return {
            "kind": "pack",
            "name": given.get("name") if isinstance(given, dict) else None,
            "model": models.known_as(self.offered[model]),
            "settings": settings.model_dump(mode="json"),
            "pictures": pictures,
            "locked": locked,
        }

    def unpack(self, event: gr.EventData) -> News:
        """Go on with a project, which may come from anyone: with its model and its settings.

        The page puts the canvas in place once it is known to be one of the model.
        """
        with toasted():
            asked = event_data(event)
            if not isinstance(asked, dict) or not isinstance(asked.get("settings"), dict):
                raise ValueError("this is not a project: choose a file that Save as made")
            wanted = str(asked.get("model"))
            if (name := models.find(self.offered, wanted)) is None:
                raise ValueError(
                    f"the project was made with {quoted(wanted)}, which is not offered here: start the "
                    "studio with --model and its folder"
                )
            canvas, settings = TokenCanvas.from_dict(asked.get("canvas")), Settings(**asked["settings"])
            size = self.grid(name)["codebook"]
            if canvas.codebook_size != size:
                raise ValueError(f"the project has {canvas.codebook_size} codes, and {name} has {size}")
            if recipe := asked.get("recipe"):
                Recipe.from_dict(recipe)
            pictures = controls.pictures(asked.get("pictures") or 1)
            known_as = models.known_as(self.offered[name])
        message = {"kind": "unpacked", "name": asked.get("name"), "model": known_as}
        return News(
            message,
            (None, None),
            model=name,
            settings=settings,
            pipe=self.pipeline(name),
            pictures=pictures,
            locked=asked.get("locked") is True,
        )

    def _maker(self, recipe: Recipe, model: str, path: str) -> str | None:
        """The model in the menu to open a recipe with; None if it is of no use and the file has a picture."""
        name = models.find(self.offered, recipe.model)
        size, canvas = self.grid(name or model)["codebook"], recipe.canvas
        if canvas.codebook_size != size:
            fault = (
                f"the recipe is of {canvas.height}×{canvas.width} cells and {canvas.codebook_size} codes; "
                f"{name or model} fills up to {MAX_SIDE}×{MAX_SIDE} cells with {size}"
            )
            if Path(path).suffix.lower() == ".json":
                raise ValueError(fault)
            warn(f"Opened as a picture: {fault}.")
            return None
        if name is None:
            maker = quoted(recipe.model)
            warn(f"This was made with {maker}, which is not offered here: {model} is used instead.")
        return name or model

    def save(self, drawing: Drawing, model: str, *chosen: Any) -> Message:
        """Write what is on the canvas as a PNG with its recipe."""
        with toasted():
            canvas = drawing.seen
            blank = int((files.visible(canvas) == canvas.mask_token).sum())
            if blank == canvas.size:
                raise ValueError("there is no picture to save yet: press Generate or open one")
            pipe, settings = self.pipeline(model), controls.settings(chosen)
            recipe = files.recipe_of(self.offered[model], canvas, drawing.recipe, settings)
            if blank:
                inform(f"{blank} cells are not filled yet: they are transparent in the file.")
            return files.save(pipe, recipe, drawing.pixels, drawing.wish)

    def switch(self, drawing: Drawing, model: str, before: str, *chosen: Any) -> News:
        """Go on with another model: the picture is encoded anew, on as many cells.

        The settings that nobody changed become those that suit the model.
        """
        if model == before:
            return News()
        with toasted():
            old, new = self.pipeline(before), self.pipeline(model)
            settings = controls.going_on(controls.settings(chosen), old.defaults, new.defaults)
        canvas = files.carry_over(old, new, drawing.canvas)
        if canvas.base.shape != drawing.canvas.base.shape:
            inform(
                f"{model} has a grid of {canvas.height}×{canvas.width} cells: a blank canvas to begin with."
            )
        elif canvas.base.shape != new.blank().base.shape:
            inform(f"The canvas keeps its {canvas.height}×{canvas.width} cells, encoded anew for {model}.")
        shown = files.visible(canvas)
        image = files.picture_of(new, shown) if (shown != canvas.mask_token).any() else None
        other = models.known_as(self.offered[model])
        message = files.canvas_message(canvas, image, other_model=other) | {"cell": new.vqgan.cell_size}
        return News(message, model=model, chosen=False, settings=settings, pipe=new)

    def codebook(self, model: str) -> Catalogue:
        """What the codes of a model look like, and what they show."""
        with toasted():
            self.pipeline(model)
            folder = self.offered[model]
            return Catalogue(model, models.codebook(folder), models.names(folder))

    def restore(self, kept: list[Any] | None) -> News:
        """The grid of the model to go on with; the model and the settings that this browser kept, as far as
        they still fit."""
        offered = list(self.offered)  # some may have been added since the page was laid out
        try:
            model, pictures, locked, *chosen = kept or []
            settings, pipe = controls.settings(chosen), self.pipeline(model)
        except (ValueError, TypeError):  # kept by an older studio, or with a model that is gone
            return News(self._goes_on_with(offered[0]), offered=offered)
        return News(
            self._goes_on_with(model),
            model=model,
            offered=offered,
            settings=settings,
            pipe=pipe,
            pictures=pictures,
            locked=locked,
        )

    def _goes_on_with(self, model: str) -> Message:
        return {"kind": "grid", "id": uuid4().hex, **self.grid(model)}


def examples() -> list[str]:
    """The bundled pictures to begin with; there may be none."""
    return [path.as_posix() for path in sorted(EXAMPLES.glob("*.png"))]


def label_of(path: str) -> str:
    """The label that an example shows, of a file such as ``church-day-108.png``."""
    return Path(path).stem.rpartition("-")[0]


def _crop(chosen: Any) -> Crop | None:
    """The part of a picture that the page names; what it says may come from anyone."""
    if chosen is None:
        return None
    numbers = chosen if isinstance(chosen, list) and len(chosen) == 4 else ()
    if not numbers or not all(isinstance(n, int) and not isinstance(n, bool) for n in numbers):
        raise ValueError("a crop is x, y, width and height in pixels: choose the part of the picture again")
    x, y, width, height = numbers
    return x, y, width, height


def _example(chosen: Any) -> str:
    """The file of the example that the page names; what it says may come from anyone."""
    index, shown = chosen.get("index") if isinstance(chosen, dict) else None, examples()
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(shown):
        raise ValueError("there is no such example: reload the page")
    return shown[index]
