"""Imports run one way, and a module's name means one thing; ARCHITECTURE.md says why."""

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "unleash"

BELOW = {
    "writing": set(),
    "canvas": set(),
    "images": {"canvas"},
    "sampling_options": {"canvas"},
    "models": {"canvas", "images"},
    "sampling": {"canvas", "models"},
    "scheduler": {"sampling"},
    "pipeline": {"canvas", "images", "models", "sampling", "scheduler"},
    "operations": {"canvas", "images", "models", "sampling", "pipeline"},
    "serving": {"canvas", "images", "models", "sampling", "pipeline", "operations"},
    "scenes": set(),
    "training": {"canvas", "images", "models", "sampling", "pipeline", "operations", "scenes"},
    "evaluation": {"canvas", "images", "models", "sampling", "pipeline", "operations", "scenes"}
    | {"sampling_options"},
    "studio": {"canvas", "images", "models", "sampling", "pipeline", "operations", "scenes"},
    "cli": {"canvas", "images", "models", "sampling", "pipeline", "operations"}
    | {"scenes", "training", "evaluation", "studio", "serving", "sampling_options"},
    "__init__": set(),
    "__main__": {"cli"},
}
"""What each room of the package may import besides itself, and besides ``writing``."""

SHARED_NAMES = {
    "cli": "the command, and the commands of training and evaluation",
    "scheduler": "the name that saved models ask for, and where it is written",
    "vqgan": "likewise",
    "transformer": "likewise",
    "family": "one for each model family",
    "outline": "what a model is, and for each family what its configurations say",
    "canvas": "the document, and the component that shows it",
    "inspector": "what the model thinks of a cell, and the component that shows it",
    "opening": "pictures on a canvas, and the component that asks how",
    "changing": "vary, relight and blend, from a shell and from a program",
    "growing": "extend and stitch, from a shell and from a program",
    "painting": "generate and edit, from a shell and from a program",
    "compose": "each of the two families of scenes",
    "view": "each of the two families of scenes",
}
"""Names that several modules bear because they mean the same."""


def room(module: str) -> str:
    """The part of the package that a module lies in: ``unleash.canvas.rules`` in ``canvas``."""
    return module.split(".")[1] if "." in module else "__init__"


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts if len(parts) == 2 else (part for part in parts if part != "__init__"))


def imports(file: Path) -> Iterator[tuple[str, int, bool]]:
    """Each module of ours that a file imports, the line, and whether the import waits inside a function."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    waiting = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            # `from unleash import pipeline` names a module, `from unleash import Recipe` does not.
            names = (
                [f"unleash.{alias.name}" for alias in node.names]
                if node.module == "unleash"
                else [node.module or ""]
            )
        else:
            continue
        for name in names:
            if name == "unleash" or name.startswith("unleash."):
                yield name, node.lineno, id(node) in waiting


FILES = sorted(PACKAGE.rglob("*.py"))


def test_every_room_is_known():
    assert {room(module_name(file)) for file in FILES} == set(BELOW)


def test_rooms_import_only_what_lies_below():
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in FILES
        for name, line, _ in imports(file)
        if room(name) not in {"writing", room(module_name(file)), *BELOW[room(module_name(file))]}
    ]
    assert wrong == []


def test_no_room_lies_below_itself():
    for name, below in BELOW.items():
        assert all(name not in BELOW[other] for other in below), name


def test_the_command_waits_with_what_is_heavy():
    light = {"unleash.evaluation.cli", "unleash.training.cli"}
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in FILES
        if room(module_name(file)) == "cli" or file.name == "cli.py"
        for name, line, waits in imports(file)
        if not waits
        and room(name) not in {"cli", "canvas", "writing", "sampling_options"}
        and name not in light
    ]
    assert wrong == []


HEAVY = {"torch", "diffusers", "transformers", "openvino", "skia"}
"""What the page is served without."""

LOADING = "unleash.operations.loading"


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("unleash.canvas.recipe", {"torch", "diffusers", "gradio"}),
        ("unleash.scenes.scene", {"torch", "diffusers", "gradio"}),
        ("unleash.cli", {"torch", "diffusers", "gradio", "skia"}),
        ("unleash.operations", {"gradio", "skia"}),
        ("unleash.studio; unleash.studio.build()", HEAVY),
        (f"{LOADING}; {LOADING}.load('weights/scenes')", HEAVY - {"torch", "diffusers"} | {"torch._dynamo"}),
    ],
)
def test_what_an_import_loads(module, absent):
    code = f"import sys, {module}; print(*sorted({absent!r} & sys.modules.keys()))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_a_name_means_one_thing():
    homes = defaultdict(list)
    for path in [*FILES, *(folder for folder in PACKAGE.rglob("*") if (folder / "__init__.py").is_file())]:
        if path.stem not in {"__init__", "__main__"}:
            homes[path.stem].append(path.relative_to(PACKAGE).as_posix())
    several = {name: places for name, places in homes.items() if len(places) > 1}
    assert {name: places for name, places in several.items() if name not in SHARED_NAMES} == {}
    assert [name for name in SHARED_NAMES if name not in several] == [], "no longer shared: delete the entry"
