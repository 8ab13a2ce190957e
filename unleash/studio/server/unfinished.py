"""Stopped runs, as the page stores them to be resumed."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from unleash.canvas.bounds import MAX_PICTURES, MAX_STEPS
from unleash.canvas.document import TokenCanvas
from unleash.canvas.messages import quoted
from unleash.canvas.progress import Progress
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Settings
from unleash.operations.making import Frame
from unleash.operations.relighting import ROUNDS, Relighting, Since


@dataclass(frozen=True)
class Unfinished:
    """A stopped run, as the page stores it.

    Attributes:
        recipe: canvas and settings of the current picture since the last change of its settings.
        rest: canvas and settings of the following pictures; None: the same.
        progress: progress of the current picture since then.
        before: number of its steps before then.
        picture: index of the current picture, from 0.
        pictures: number of pictures of the run.
        relighting: how the pictures are made; None: by filling, in one run each.
        run: number of completed runs of the current picture.
    """

    recipe: Recipe
    rest: Recipe | None
    progress: Progress
    before: int
    picture: int
    pictures: int
    relighting: Relighting | None = None
    run: int = 0

    @property
    def since(self) -> Since:
        """How far a relighting came."""
        canvas = self.recipe.canvas
        return Since(self.run, canvas, self.progress if canvas.unknown.any() else None)

    @classmethod
    def from_dict(cls, data: Any) -> "Unfinished | None":
        """Read the untrusted ``unfinished`` of a frame; None gives None.

        Raises:
            ValueError: if it is invalid.
        """
        if data is None:
            return None
        if not isinstance(data, dict):
            raise ValueError("a stopped run must be an object with recipe and progress")
        before, picture, pictures = (_count(data, name) for name in ("before", "picture", "pictures"))
        if before > MAX_STEPS or not picture < pictures <= MAX_PICTURES:
            raise ValueError(f"a run must make 1 to {MAX_PICTURES} pictures in up to {MAX_STEPS} steps each")
        rest, relighting = data.get("rest"), _relighting(data.get("relighting"))
        run = _count(data, "run") if relighting else 0
        if relighting and (not rest or run >= ROUNDS):
            raise ValueError(f"a stopped relighting must have the rest of its picture, in {ROUNDS} runs")
        return cls(
            Recipe.from_dict(data.get("recipe")),
            Recipe.from_dict(rest) if rest else None,
            Progress.from_dict(data.get("progress")),
            before,
            picture,
            pictures,
            relighting,
            run,
        )


def _relighting(data: Any) -> Relighting | None:
    if data is None:
        return None
    strength, old = (
        data.get(name) if isinstance(data, dict) else None for name in ("strength", "from_label")
    )
    if not isinstance(strength, int | float) or isinstance(strength, bool) or not isinstance(old, str | None):
        raise ValueError("a relighting must have a strength, and a text or null as from_label")
    return Relighting(strength, old)


def _count(data: dict[str, Any], name: str) -> int:
    count = data.get(name)
    if type(count) is not int or count < 0:
        raise ValueError(f"{name} of a stopped run must be a whole number, not {quoted(count)}")
    return count


class Keeper:
    """Writes what is needed to resume from each frame; caches recipes, which many frames share."""

    def __init__(self, model: str, relighting: Relighting | None = None) -> None:
        self._model = model
        self._relighting = relighting and asdict(relighting)
        self._of: tuple[TokenCanvas, Settings] | None = None
        self._recipes: dict[str, Any] = {}

    def note(self, frame: Frame, rest: tuple[TokenCanvas, Settings]) -> dict[str, Any] | None:
        """What :class:`Unfinished` reads, without the numbers of pictures; None after the last step.

        For the page it has the ``total`` number of steps, and the codes ``shown``.

        Args:
            frame: frame of the current picture.
            rest: canvas and settings of the following pictures.
        """
        step, run, start, progress = frame.step, frame.run, frame.start, frame.step.progress
        if frame.last:
            return None
        if progress is None:  # between two runs
            run, start = run + 1, replace(step.canvas, rules=rest[0].rules)
            progress = Progress(step.index, step.canvas.codes, np.full(start.base.shape, -1))
        now = (start, frame.settings)
        if self._of != now:
            same = now[0] is rest[0]
            self._of = now
            self._recipes = {"recipe": self._json(now), "rest": None if same else self._json(rest)}
        return {
            **self._recipes,
            "progress": progress.to_dict(),
            "before": frame.index - step.index,
            "total": frame.total,
            "relighting": self._relighting,
            "run": run,
            "shown": step.shown.tolist(),
        }

    def _json(self, of: tuple[TokenCanvas, Settings]) -> dict[str, Any]:
        return Recipe(model=self._model, canvas=of[0], settings=of[1]).model_dump(mode="json")
