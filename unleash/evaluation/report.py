"""The evaluation report: JSON, extended by each measurement, and Markdown."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unleash.writing import write_whole

JSON_FILE, MARKDOWN_FILE = "report.json", "report.md"

_TITLES = {
    "samples": "Samples",
    "reconstruction": "Reconstruction",
    "elbo": "Likelihood of the codes",
    "information": "Information curve",
    "neighbours": "Nearest training pictures",
    "compare": "Sampling settings compared",
    "tradeoff": "Quality against steps",
    "names": "Names of the codes",
}
"""Titles of the sections, in order."""


Facts = dict[str, str | int | float | None]
"""Everything a measurement depends on."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(_Model):
    """A measured quantity.

    Attributes:
        name: short, unique in its section.
        value: in ``unit``.
        unit: empty if dimensionless.
        meaning: what exactly is measured, and how to read it.
    """

    name: str
    value: float
    unit: str = ""
    meaning: str = ""


class Cell(_Model):
    """A cell of the table of steps and orders.

    Attributes:
        order: reveal order.
        steps: maximum number of transformer evaluations per picture.
        distance: Fréchet distance to the held-out pictures.
        seconds: median time per picture.
    """

    order: str
    steps: int
    distance: float
    seconds: float


class Section(_Model):
    """The results of one command.

    Attributes:
        settings: everything the results depend on.
        figures: the measured quantities.
        cells: of the table of steps and orders.
        picture: name of an image file beside the report, if any.
    """

    settings: Facts = Field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    cells: tuple[Cell, ...] = ()
    picture: str | None = None


class Report(_Model):
    """The sections measured so far, by the names of their commands."""

    sections: dict[str, Section] = Field(default_factory=dict)


def read_report(folder: Path) -> Report:
    """Reads the report in a folder; empty if there is none yet.

    Raises:
        ValueError: if the file is not a valid report.
    """
    path = folder / JSON_FILE
    if not path.is_file():
        return Report()
    try:
        return Report.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise ValueError(
            f"{path} is not a valid report: {place} {fault['msg']}; use another folder"
        ) from None


def add(folder: Path, name: str, section: Section) -> str:
    """Adds a section to the report of a folder, replacing one of the same name.

    Returns:
        The section as Markdown.
    """
    report = read_report(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(
        folder / JSON_FILE, Report(sections=report.sections | {name: section}).model_dump_json(indent=1)
    )
    write_markdown(folder)
    return markdown(name, section)


def write_markdown(folder: Path) -> Path:
    """Writes the report of a folder as Markdown and returns the path.

    Raises:
        ValueError: if nothing has been measured yet.
    """
    sections = read_report(folder).sections
    if not sections:
        raise ValueError(f"there is no {JSON_FILE} in {folder}; run a measurement first")
    parts = ["# Evaluation", *(markdown(name, sections[name]) for name in _TITLES if name in sections)]
    write_whole(folder / MARKDOWN_FILE, "\n\n".join(parts) + "\n")
    return folder / MARKDOWN_FILE


def markdown(name: str, section: Section) -> str:
    """A section as Markdown."""
    settings = ", ".join(f"{key} {value}" for key, value in section.settings.items() if value is not None)
    parts = [f"## {_TITLES[name]}", f"{settings}."]
    if section.figures:
        rows = [(f.name, f"{_number(f.value)} {f.unit}".strip(), f.meaning) for f in section.figures]
        parts.append(table(("figure", "value", "what it is"), rows))
    if section.cells:
        parts += ["Fréchet distance (seconds per picture):", _grid(section.cells)]
    if section.picture is not None:
        parts.append(f"![{_TITLES[name]}]({section.picture})")
    return "\n\n".join(parts)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _grid(cells: tuple[Cell, ...]) -> str:
    orders = list(dict.fromkeys(cell.order for cell in cells))
    steps = sorted({cell.steps for cell in cells}, reverse=True)
    known = {(cell.order, cell.steps): f"{_number(cell.distance)} ({cell.seconds:.2g} s)" for cell in cells}
    rows = [(order, *(known.get((order, count), "") for count in steps)) for order in orders]
    return table(("order", *(f"{count} steps" for count in steps)), rows)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
