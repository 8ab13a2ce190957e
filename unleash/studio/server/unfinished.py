"""Stopped runs, as the page stores them to be resumed."""

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
    """A stopped run, as the page stores it.

    Attributes:
        recipe: canvas and settings of the current picture since the last change of its settings.
        rest: canvas and settings of the following pictures; None: the same.
        progress: progress of the current picture since then.
        before: number of its steps before then.
        picture: index of the current picture, from 0.
        pictures: number of pictures of the run.
    """

    recipe: Recipe
    rest: Recipe | None
    progress: Progress
    before: int
    picture: int
    pictures: int

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
        raise ValueError(f"{name} of a stopped run must be a whole number, not {quoted(count)}")
    return count


class Keeper:
    """Writes what is needed to resume from each frame; caches recipes, which many frames share."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._of: tuple[TokenCanvas, Settings] | None = None
        self._recipes: dict[str, Any] = {}

    def note(self, frame: Frame, rest: tuple[TokenCanvas, Settings]) -> dict[str, Any] | None:
        """What :class:`Unfinished` reads, without the numbers of pictures; None after the last step.

        Args:
            frame: frame of the current picture.
            rest: canvas and settings of the following pictures.
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
