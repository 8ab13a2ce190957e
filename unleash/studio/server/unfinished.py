"""Runs that were stopped, as the page keeps them to go on with."""

from dataclasses import dataclass
from typing import Any

from unleash.canvas.bounds import MAX_PICTURES, MAX_STEPS
from unleash.canvas.document import TokenCanvas
from unleash.canvas.messages import quoted
from unleash.canvas.progress import Progress
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Settings
from unleash.operations.making import Frame


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


class Keeper:
    """Writes down, frame by frame, what it takes to go on; the recipes are the same for many frames."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._of: tuple[TokenCanvas, Settings] | None = None
        self._recipes: dict[str, Any] = {}

    def note(self, frame: Frame, rest: tuple[TokenCanvas, Settings]) -> dict[str, Any] | None:
        """What :class:`Unfinished` reads, but for the pictures; None after the last step.

        Args:
            frame: of the picture under way.
            rest: canvas and settings of the pictures to come.
        """
        step = frame.step
        if step.progress is None:
            return None
        now = (frame.start, frame.settings)
        if self._of != now:
            same = now[0] is rest[0]
            self._of = now
            self._recipes = {"recipe": self._json(now), "rest": None if same else self._json(rest)}
        return {
            **self._recipes,
            "progress": step.progress.to_dict(),
            "before": frame.index - step.index,
            "shown": step.shown.tolist(),
        }

    def _json(self, of: tuple[TokenCanvas, Settings]) -> dict[str, Any]:
        return Recipe(model=self._model, canvas=of[0], settings=of[1]).model_dump(mode="json")
