"""The listeners of the page's events.

They keep no state about visitors: the state comes with each event and is returned with the answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args
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
from unleash.models.locating import HOME
from unleash.models.outline import Outline
from unleash.operations.opening import encode_picture
from unleash.studio.server import controls, files, registry
from unleash.studio.server import menu as models
from unleash.studio.server.component import event_data, uploaded
from unleash.studio.server.components.canvas import Drawing
from unleash.studio.server.components.palette import Catalogue
from unleash.studio.server.limits import admit_run
from unleash.studio.server.runs import Message, end, resume, run, waiting
from unleash.studio.server.toasts import inform, toasted, warn

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline

Ask = Literal["ask"]

EXAMPLES = HOME / "assets" / "examples"


@dataclass(frozen=True)
class News:
    """Changes to the page; None changes nothing.

    Attributes:
        message: a message for the filmstrip.
        pair: an encoded picture and its reconstruction; (None, None) hides them.
        model: the model of the canvas.
        chosen: whether the menu is set to it; else the person chose it or, meanwhile, another.
        offered: the models in the menu.
        settings: settings of the next run.
        label: label of the next run, if no other setting changes.
        about: the current model, for which controls are shown.
        pictures: number of pictures per run.
        locked: whether the seed is locked.
    """

    message: Message | None = None
    pair: tuple[Image.Image | None, Image.Image | None] | None = None
    model: str | None = None
    chosen: bool = True
    offered: Sequence[str] | None = None
    settings: Settings | None = None
    label: str | None = None
    about: Outline | None = None
    pictures: int | None = None
    locked: bool | None = None


@dataclass(frozen=True)
class Handlers:
    """The listeners of a studio.

    Attributes:
        offered: the models in the menu.
        may_add: whether more may be added: only if nobody but the owner can reach the app.
        engine: the engine that computes them.
        longest: predicted seconds that one request may take.
    """

    offered: models.Menu
    may_add: bool = False
    engine: EngineName = "torch"
    longest: float = inf

    def pipeline(self, name: str) -> "UnleashPipeline":
        """The pipeline of a model in the menu, once it is loaded."""
        return models.computed(self._source(name), self.engine)

    def about(self, name: str) -> Outline:
        """What a model in the menu is; it is not loaded for that."""
        return models.about(self._source(name))

    def _source(self, name: str) -> str:
        """The folder or Hub id of a model in the menu; visitors cannot load any other."""
        if not isinstance(name, str) or name not in self.offered:  # a page may send anything
            raise ValueError(
                f"there is no model {quoted(name)} in the menu: choose {' or '.join(self.offered)}"
            )
        return self.offered[name]

    def grid(self, name: str) -> dict[str, Any]:
        """The grid of a model in the menu: size, codebook, cell size and the model's name."""
        about = self.about(name)
        return {
            "height": about.grid_size,
            "width": about.grid_size,
            "codebook": about.codebook_size,
            "cell": about.cell_size,
            "model": models.known_as(self.offered[name]),
        }

    def add(self, model: str) -> str:
        """Load another folder or Hub id and add it to the menu; returns its name there."""
        if not self.may_add:
            raise ValueError("only the owner of the studio may add models")
        if not model:
            raise ValueError("enter a model folder, or a Hub id such as owner/name")
        models.load(model)
        name = models.name_of(self.offered, model)
        self.offered.setdefault(name, model)
        return name

    def generate(
        self, drawing: Drawing, model: str, locked: bool, pictures: float, *chosen: Any
    ) -> Iterator[tuple[Any, Any]]:
        """Fill the canvas: yields messages for the filmstrip, and the seed if a new one was drawn."""
        with toasted():
            settings = drawing.settings(controls.settings_to_run(chosen, locked))
            if not drawing.canvas.unknown.any():
                inform("Nothing is masked: paint the cells to fill again, or press A to mask all of them.")
                yield end(drawing.run), gr.skip()
                return
            pipe, count = self.pipeline(model), controls.pictures(pictures)
            known_as = models.known_as(self.offered[model])
            admit_run(pipe, drawing.canvas, settings, count, self.longest)
            yield waiting(drawing.run) or gr.skip(), settings.seed
            for message in run(pipe, known_as, drawing.canvas, settings, count, name=drawing.run):
                yield message or gr.skip(), gr.skip()

    def again(self, drawing: Drawing, model: str, pictures: float, *chosen: Any) -> Iterator[tuple[Any, Any]]:
        """As :meth:`generate`, with a new seed even if it is locked."""
        yield from self.generate(drawing, model, False, pictures, *chosen)

    def resume(self, drawing: Drawing, model: str) -> Iterator[tuple[Any, Any]]:
        """Resume a stopped run: yields messages for the filmstrip."""
        with toasted():
            stopped = drawing.stopped
            if stopped is None or drawing.run is None:
                raise ValueError("there is no stopped picture to resume")
            known_as, begun_by = models.known_as(self._source(model)), stopped.recipe.model
            if known_as != begun_by:
                raise ValueError(f"this picture was started with {quoted(begun_by)}: choose that model first")
            pipe, rest = self.pipeline(model), stopped.rest or stopped.recipe
            left, paint = stopped.pictures - stopped.picture, stopped.relighting
            admit_run(pipe, stopped.recipe.canvas, stopped.recipe.settings, 1, self.longest, paint)
            admit_run(pipe, rest.canvas, rest.settings, left, self.longest, paint)
            yield waiting(drawing.run) or gr.skip(), gr.skip()
            for message in resume(pipe, known_as, stopped, drawing.run):
                yield message or gr.skip(), gr.skip()

    def steer(self, drawing: Drawing, *chosen: Any) -> None:
        """Continue the run that the page waits for with the current label and guidance."""
        with toasted():
            settings = controls.settings(chosen)
        if drawing.run and not registry.steer(drawing.run, settings):
            inform("This picture was almost finished; your choice applies to the next one.")

    def open_file(
        self, path: str, fit: Fit | Ask, model: str, older: bool = False, crop: Crop | None = None
    ) -> News:
        """Open a picture, with or without a recipe, or a recipe.

        Args:
            path: path of the file.
            fit: how a picture without a recipe is fitted to the model; ``ask``: the person is asked if it has
                another shape.
            model: the model of the canvas on the page.
            older: whether to open the recipe's picture although the file was changed since.
            crop: the part of a picture without a recipe to open; None: all of it.
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
                    about = self.about(name)
                    return News(message, (None, None), model=name, settings=recipe.settings, about=about)
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
        """Open an example picture, and choose its label."""
        with toasted():
            path = example_at(event_data(event))
        about, label = self.about(model), label_of(path)
        shown = label if label in about.labels else None
        # The model made it, so its reconstruction is not shown.
        return replace(self.open_file(path, "crop", model), pair=(None, None), label=shown, about=about)

    def open_given(self, fit: Fit | Ask, model: str, event: gr.EventData) -> News:
        """Open an uploaded file as the person chose, or else by ``fit``."""
        with toasted():
            given = event_data(event)
            asked = given if isinstance(given, dict) else {}
            path, crop = uploaded(asked.get("path")), _crop(asked.get("crop"))
            chosen = next((each for each in get_args(Fit) if each == asked.get("fit")), fit)
        news = self.open_file(path, chosen, model, asked.get("older") is True, crop)
        return replace(news, message={**(news.message or {}), "name": asked.get("name")})

    def pack(self, model: str, pictures: float, locked: bool, event: gr.EventData, *chosen: Any) -> Message:
        """The server's part of a project file: the model and the settings."""
        with toasted():
            given, settings = event_data(event), controls.settings(chosen)
            known_as = models.known_as(self._source(model))
        return {
            "kind": "pack",
            "name": given.get("name") if isinstance(given, dict) else None,
            "model": known_as,
            "settings": settings.model_dump(mode="json"),
            "pictures": pictures,
            "locked": locked,
        }

    def unpack(self, event: gr.EventData) -> News:
        """Open an untrusted project: its model and its settings.

        The page shows the canvas once it has been checked against the model.
        """
        with toasted():
            asked = event_data(event)
            if not isinstance(asked, dict) or not isinstance(asked.get("settings"), dict):
                raise ValueError("this is not a project: choose one that was saved by Save as")
            wanted = str(asked.get("model"))
            if (name := models.find(self.offered, wanted)) is None:
                raise ValueError(
                    f"the project was made with {quoted(wanted)}, which is not in the menu: start the "
                    "studio with --model and its folder"
                )
            canvas, settings = TokenCanvas.from_dict(asked.get("canvas")), Settings(**asked["settings"])
            size = self.grid(name)["codebook"]
            if canvas.codebook_size != size:
                raise ValueError(f"the project has {canvas.codebook_size} codes, but {name} has {size}")
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
            about=self.about(name),
            pictures=pictures,
            locked=asked.get("locked") is True,
        )

    def _maker(self, recipe: Recipe, model: str, path: str) -> str | None:
        """The model to open a recipe with; None if none fits and the file has a picture to open instead."""
        name = models.find(self.offered, recipe.model)
        size, canvas = self.grid(name or model)["codebook"], recipe.canvas
        if canvas.codebook_size != size:
            fault = (
                f"the recipe has {canvas.height}×{canvas.width} cells and {canvas.codebook_size} codes; "
                f"{name or model} fills up to {MAX_SIDE}×{MAX_SIDE} cells with {size}"
            )
            if Path(path).suffix.lower() == ".json":
                raise ValueError(fault)
            warn(f"Opened as a picture: {fault}.")
            return None
        if name is None:
            maker = quoted(recipe.model)
            warn(f"This was made with {maker}, which is not in the menu: {model} is used instead.")
        return name or model

    def save(self, drawing: Drawing, model: str, *chosen: Any) -> Message:
        """Save the canvas as a PNG with its recipe."""
        with toasted():
            canvas = drawing.seen
            blank = int((files.visible(canvas) == canvas.mask_token).sum())
            if blank == canvas.size:
                raise ValueError("there is no picture to save yet: press Generate or open one")
            pipe, settings = self.pipeline(model), drawing.settings(controls.settings(chosen))
            recipe = files.recipe_of(self.offered[model], canvas, drawing.recipe, settings)
            if blank:
                inform(f"{blank} cells are not filled yet and are transparent in the file.")
            return files.save(pipe, recipe, drawing.pixels, drawing.wish)

    def switch(self, drawing: Drawing, model: str, before: str, *chosen: Any) -> News:
        """Switch to another model: the picture is encoded again, with the same number of cells.

        Settings that were not changed become the model's defaults.
        """
        if model == before:
            return News()
        with toasted():
            old, new = self.pipeline(before), self.pipeline(model)
            settings = controls.going_on(controls.settings(chosen), old.defaults, new.defaults)
            canvas = files.carry_over(old, new, drawing.canvas)
        if canvas.base.shape != drawing.canvas.base.shape:
            inform(f"{model} has a grid of {canvas.height}×{canvas.width} cells; the canvas is blank.")
        elif canvas.base.shape != new.blank().base.shape:
            inform(f"The canvas of {canvas.height}×{canvas.width} cells was encoded again for {model}.")
        shown = files.visible(canvas)
        image = files.picture_of(new, shown) if (shown != canvas.mask_token).any() else None
        other = models.known_as(self.offered[model])
        fits = canvas.base.shape == drawing.canvas.base.shape
        regions = files.paintable(new, drawing.regions) if fits else ()
        message = files.canvas_message(canvas, image, other_model=other, regions=regions)
        message |= {"cell": new.vqgan.cell_size}
        return News(message, model=model, chosen=False, settings=settings, about=self.about(model))

    def codebook(self, model: str) -> Iterator[Catalogue]:
        """The thumbnails and names of a model's codes; those of a large codebook as they are drawn."""
        with toasted():
            self.pipeline(model)
            folder = self.offered[model]
            names = models.names(folder)
            for number, (share, sheet) in enumerate(models.drawn_codebook(folder)):
                yield Catalogue(model, sheet, names, share, begins=number == 0)

    def restore(self, kept: list[Any] | None) -> News:
        """The grid of the current model; and the model and settings stored in the browser, as far as
        they are still valid."""
        offered = list(self.offered)  # some may have been added since the page was built
        try:
            model, pictures, locked, *chosen = kept or []
            settings, about = controls.settings(chosen), self.about(model)
        except (ValueError, TypeError):  # stored by an older studio, or for a model that is no longer offered
            return News(self._goes_on_with(offered[0]), offered=offered)
        return News(
            self._goes_on_with(model),
            model=model,
            offered=offered,
            settings=settings,
            about=about,
            pictures=pictures,
            locked=locked,
        )

    def loaded(self, model: str) -> bool:
        """Whether a model can be used: an answer comes as soon as it can."""
        with toasted():
            self.pipeline(model)
        return True

    def _goes_on_with(self, model: str) -> Message:
        return {"kind": "grid", "id": uuid4().hex, **self.grid(model)}


def examples() -> list[str]:
    """The bundled example pictures; may be empty."""
    return [path.as_posix() for path in sorted(EXAMPLES.glob("*.png"))]


def label_of(path: str) -> str:
    """The label of an example, from a file name such as ``church-day-108.png``."""
    return Path(path).stem.rpartition("-")[0]


def _crop(chosen: Any) -> Crop | None:
    """The part of a picture in the page's untrusted JSON."""
    if chosen is None:
        return None
    numbers = chosen if isinstance(chosen, list) and len(chosen) == 4 else ()
    if not numbers or not all(isinstance(n, int) and not isinstance(n, bool) for n in numbers):
        raise ValueError("a crop must be x, y, width and height in whole pixels: crop the picture again")
    x, y, width, height = numbers
    return x, y, width, height


def example_at(chosen: Any) -> str:
    """The file of the example with the page's untrusted index."""
    index, shown = chosen.get("index") if isinstance(chosen, dict) else None, examples()
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(shown):
        raise ValueError("there is no such example: reload the page")
    return shown[index]
