"""What an attack came to."""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """The figures of an attack.

    Attributes:
        attack: what was done.
        tried: how often.
        crashed: what ended in anything but a result or a line that says what was wrong.
        hung: what took too long.
        lost: what a person had made and was gone.
        figures: what else was measured.
    """

    attack: str
    tried: int = 0
    crashed: list[str] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def withstood(self) -> bool:
        """Whether nothing came of it."""
        return not (self.crashed or self.hung or self.lost)

    def __str__(self) -> str:
        parts = [f"{len(getattr(self, name))} {name}" for name in ("crashed", "hung", "lost")]
        parts += [f"{name} {value:.4g}" for name, value in self.figures.items()]
        return f"{self.attack}: {self.tried} tried, {', '.join(parts)}"


def is_a_line(said: str) -> bool:
    """Whether something is fit to be told to a person."""
    return 0 < len(said) < 300 and said.isprintable()
