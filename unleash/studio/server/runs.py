"""Runs: a canvas filled step by step, told to the page as it happens."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import uuid4

from unleash.canvas.bounds import MAX_PICTURES, MAX_STEPS
from unleash.canvas.document import TokenCanvas
from unleash.canvas.messages import quoted
from unleash.canvas.progress import Progress
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Settings
from unleash.pipeline import Step, UnleashPipeline
from unleash.studio.server.data_urls import data_url
from unleash.studio.server.midway import steered, under
from unleash.studio.server.registry import under_way

Message = dict[str, Any]
"""What the page's filmstrip receives; ``kind`` says what it is."""


def end(name: str | None) -> Message:
    """Tell the page that a run has ended, and no other."""
    return {"kind": "end", "run": name}


@dataclass(frozen=True)
class Unfinished:
    """A run that was stopped, as the page keeps it.

    Attributes:
        recipe: the canvas and the settings of the picture it was at, since its label changed last.
        rest: those of the pictures to come after it; None: the same.
        progress: how far that picture is, since then.
        before: how many of its steps were before that.
        picture: which one it was, from 0.
        pictures: how many it was to make.
    """

    recipe: Recipe
    rest: Recipe | None
    progress: Progress
    before: int
    picture: int
    pictures: int

    @classmethod
    def from_dict(cls, data: Any) -> "Unfinished | None":
        """Read what a frame calls ``unfinished``, which may come from anyone; None is none.

        Raises:
            ValueError: if it is something else.
        """
        if data is None:
            return None
        if not isinstance(data, dict):
            raise ValueError("a stopped run is an object with recipe and progress")
        before, picture, pictures = (_count(data, name) for name in ("before", "picture", "pictures"))
        if before > MAX_STEPS or not picture < pictures <= MAX_PICTURES:
            raise ValueError(f"a run makes 1 to {MAX_PICTURES} pictures in up to {MAX_STEPS} steps each")
        rest = data.get("rest")
        return cls(
            Recipe.from_dict(data.get("recipe")),
            Recipe.from_dict(rest) if rest else None,
            Progress.from_dict(data.get("progress")),
            before,
            picture,
            pictures,
        )


def _count(data: dict[str, Any], name: str) -> int:
    count = data.get(name)
    if type(count) is not int or count < 0:
        raise ValueError(f"{name} of a stopped run is a whole number, not {quoted(count)}")
    return count


def run(
    pipe: UnleashPipeline,
    model: str,
    canvas: TokenCanvas,
    settings: Settings,
    pictures: int,
    previews: bool = True,
    name: str | None = None,
) -> Iterator[Message]:
    """Fill ``canvas`` with ``pictures`` seeds in turn; a message for each step.

    Each carries the ``name`` of the run, under which ``registry`` may tell it to stop or to go on under
    another label; without one it is given one. The message of its last step says ``last``; a run that is
    stopped tells its :func:`end` instead. Without ``previews`` only the last step of each picture has an
    image: the time of decoding the others is saved. With them a step that is not the last of its picture has
    what :class:`Unfinished` reads. Closing the iterator ends the run at once.

    Raises:
        ValueError: if a run of this name has begun already.
    """
    return _run(pipe, model, canvas, settings, range(pictures), None, previews, name or uuid4().hex)


def resume(pipe: UnleashPipeline, model: str, stopped: Unfinished, name: str) -> Iterator[Message]:
    """As :func:`run`: a stopped run goes on to the pictures that it would have made.

    Raises:
        ValueError: if a run of this name has begun already, or ``stopped`` is no run of the model.
    """
    rest, pictures = stopped.rest or stopped.recipe, range(stopped.picture, stopped.pictures)
    return _run(pipe, model, rest.canvas, rest.settings, pictures, stopped, True, name)


def _run(
    pipe: UnleashPipeline,
    model: str,
    canvas: TokenCanvas,
    settings: Settings,
    numbers: range,
    stopped: Unfinished | None,
    previews: bool,
    name: str,
) -> Iterator[Message]:
    """The pictures ``numbers`` of a run, the first with the seed of ``settings``."""
    began, pictures, steps_done = monotonic(), numbers.stop, 0
    with under_way(name) as told:
        for picture in numbers:
            if not stopped:
                settings = under(settings, told.hear())
            if told.stopped:
                yield end(name)
                return
            seeded = settings.numbered(picture - numbers.start)
            if stopped:
                whole = stopped.recipe
                steps = steered(pipe, whole.canvas, whole.settings, told, stopped.progress, stopped.before)
            else:
                steps = steered(pipe, canvas, seeded, told)
            stopped, stretch = None, _Stretch(model)
            for step, before, start, chosen in steps:
                if told.stopped:
                    yield end(name)
                    return
                index, total = before + step.index, before + step.total
                steps_done += 1
                left = (monotonic() - began) / steps_done * ((pictures - picture) * total - index)
                stretch.enter((start, chosen), (canvas, under(seeded, chosen)))
                yield {
                    "kind": "frame",
                    "run": name,
                    "picture": picture,
                    "pictures": pictures,
                    "seconds_left": round(left, 1),
                    "index": index,
                    "total": total,
                    "last": picture == pictures - 1 and index == total,
                    **_step(step, previews),
                    "recipe": _recipe(model, start, chosen, step),
                    "unfinished": stretch.left(step, before) | {"picture": picture, "pictures": pictures}
                    if step.progress and previews
                    else None,
                }
                told.closed = picture == pictures - 1 and index >= total - 1
            settings = under(settings, chosen)


class _Stretch:
    """What it takes to go on with a run, as JSON; the recipes are the same for many steps."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._of: tuple[TokenCanvas, Settings] | None = None
        self._recipes: Message = {}

    def enter(self, now: tuple[TokenCanvas, Settings], rest: tuple[TokenCanvas, Settings]) -> None:
        """Canvas and settings of this picture, and of those to come."""
        if self._of == now:
            return
        self._of, same = now, now[0] is rest[0]
        self._recipes = {"recipe": self._json(now), "rest": None if same else self._json(rest)}

    def left(self, step: Step, before: int) -> Message:
        """The run as ``step`` leaves it."""
        progress = step.progress and step.progress.to_dict()
        return {**self._recipes, "progress": progress, "before": before, "shown": step.shown.tolist()}

    def _json(self, of: tuple[TokenCanvas, Settings]) -> Message:
        return Recipe(model=self._model, canvas=of[0], settings=of[1]).model_dump(mode="json")


def _step(step: Step, previews: bool) -> Message:
    last = step.index == step.total
    return {
        "codes": step.canvas.codes.tolist(),
        "revealed": step.revealed.tolist(),
        "image": data_url(step.image, quality=95 if last else 85) if last or previews else None,
    }


def _recipe(model: str, canvas: TokenCanvas, settings: Settings, step: Step) -> dict[str, Any] | None:
    """How the picture was made, once it is whole."""
    if step.index < step.total:
        return None
    recipe = Recipe(model=model, canvas=canvas, settings=settings, codes=step.canvas.codes.tolist())
    return recipe.model_dump(mode="json")
