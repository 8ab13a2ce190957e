"""What each operation on a canvas means: the cases that Python and the page share (tests/cases/README.md)."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unleash import TokenCanvas, blend_canvases, stitched, vary
from unleash.canvas.variation import present

CASES = Path(__file__).parent / "cases"


def read(file: Path) -> list[Any]:
    data = json.loads(file.read_text("utf-8"))
    return [
        pytest.param({"canvas": data["canvas"], **case}, id=f"{file.stem}: {case['name']}")
        for case in data["cases"]
    ]


def grid(rows: list[str], codebook_size: int) -> list[list[int]]:
    return [[codebook_size if letter == "?" else int(letter) for letter in row] for row in rows]


def flags(rows: list[str]) -> list[list[bool]]:
    return [[letter == "#" for letter in row] for row in rows]


def written(canvas: dict[str, Any]) -> dict[str, Any]:
    """A case's canvas as recipes write one."""
    size = canvas.get("codebook_size", 5)
    base = grid(canvas["base"], size)
    mask = canvas.get("mask")
    rules = canvas.get("rules", [])
    return {
        "codebook_size": size,
        "base": base,
        "masked": flags(mask) if mask else [[code == size for code in row] for row in base],
        "pins": [[*map(int, cell.split(",")), code] for cell, code in canvas.get("pins", {}).items()],
        **({"rules": rules} if rules else {}),
    }


def cells(value: list[Any]) -> Any:
    return np.array(flags(value)) if value and isinstance(value[0], str) else [tuple(cell) for cell in value]


def codes(value: int | list[str]) -> Any:
    return value if isinstance(value, int) else grid(value, 5)


def other(canvas: dict[str, Any]) -> TokenCanvas:
    return TokenCanvas.from_dict(written(canvas))


OPERATIONS = {
    "mask": lambda c, a: c.mask(cells(a["cells"])),
    "keep": lambda c, a: c.keep(cells(a["cells"])),
    "invert": lambda c, _: c.invert(),
    "clear": lambda c, _: c.clear(),
    "pin": lambda c, a: c.pin(cells(a["cells"]), a["code"]),
    "unpin": lambda c, a: c.unpin(cells(a["cells"])),
    "allow": lambda c, a: c.allow(cells(a["cells"]), a["codes"], a["strength"]),
    "forbid": lambda c, a: c.forbid(cells(a["cells"]), a["codes"], a["strength"]),
    "unrestrict": lambda c, a: c.unrestrict(cells(a["cells"])),
    "fill": lambda c, a: c.fill(cells(a["cells"]), codes(a["codes"])),
    "filled": lambda c, a: c.filled(codes(a["codes"]), partial=a.get("partial", False)),
    "extended": lambda c, a: c.extended(**a),
    "stitched": lambda c, a: stitched(c, other(a["with"]), a["axis"], a["seam"]),
    "vary": lambda c, a: vary(c, **a),
    "present": lambda c, _: present(c),
    "blended": lambda c, a: blend_canvases(c, other(a["with"]), np.array(flags(a["choice"]))),
}


def done(case: dict[str, Any]) -> TokenCanvas:
    canvas = other(case["canvas"])
    for step in case["do"]:
        ((operation, arguments),) = step.items()
        canvas = OPERATIONS[operation](canvas, arguments)
    return canvas


@pytest.mark.parametrize("case", [case for file in sorted(CASES.rglob("*.json")) for case in read(file)])
def test_case(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(ValueError, match=f"^(?i:{re.escape(case['error'])})") as caught:
            done(case)
        assert "\n" not in str(caught.value)
    else:
        assert done(case).to_dict() == written({**case["canvas"], **case["after"]})
