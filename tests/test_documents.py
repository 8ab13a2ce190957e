"""What the documents point at is there, and what they and the packaging say agrees."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "weights" / "scenes" / "README.md",
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document):
    links = re.findall(r"\]\(([^)]+)\)", document.read_text(encoding="utf-8"))
    files = [link.split("#")[0] for link in links if not re.match(r"https?:|#", link)]
    assert [file for file in files if not (document.parent / file).exists()] == []


def test_modules_that_moved_are_where_the_changelog_says():
    rows = re.findall(
        r"^  \| .+? \| (.+) \|$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    modules = [name for row in rows for name in re.findall(r"`(unleash\.[a-z_.]+[a-z])`", row)]
    assert len(modules) > 15
    for module in modules:
        import_module(module)


def test_the_app_pins_what_the_package_needs():
    needed = re.search(
        r"^dependencies = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text("utf-8"), re.M | re.S
    )
    bounds = dict(re.findall(r'"([\w-]+)>=([\d.]+)"', needed[1]))
    pins = re.findall(r"^([\w-]+)==([\d.]+)(?:; .+)?$", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    assert {name for name, _ in pins} == bounds.keys()
    for name, version in pins:
        assert [*map(int, version.split("."))] >= [*map(int, bounds[name].split("."))], name


def test_all_places_name_one_version_of_torch():
    places = [ROOT / "requirements.txt", ROOT / "Dockerfile", ROOT / ".github" / "workflows" / "test.yml"]
    named = [re.findall(r"torch==([\d.]+)", place.read_text("utf-8")) for place in places]
    assert all(named)
    assert len({version for versions in named for version in versions}) == 1
