"""Canvases and recipes made to do harm, and what reading one of them costs.

``python tests/hostile/recipes.py`` reads each in a process of its own and prints, as JSON, what came of it.
"""

import json
import os
import random
import resource
import sys
from collections.abc import Iterator
from time import process_time
from typing import Any

from unleash.canvas.bounds import MAX_CODES, MAX_RULES, MAX_TEXT
from unleash.canvas.document import TokenCanvas
from unleash.canvas.recipe import Recipe, read_json

MEGABYTE = 2**20
ROOM = 400 * MEGABYTE
"""What a reader may take before it is stopped; far more than it should."""

RANDOM = 200
"""Texts with something wrong in a random place."""


def canvas(height: int = 2, width: int = 2, **changes: Any) -> dict[str, Any]:
    """A blank canvas of a model with the most codes, changed."""
    return {
        "codebook_size": MAX_CODES,
        "base": [[MAX_CODES] * width for _ in range(height)],
        "masked": [[False] * width for _ in range(height)],
        "pins": [],
    } | changes


def recipe(**changes: Any) -> dict[str, Any]:
    """A small recipe, changed."""
    return {"version": 3, "model": "weights/scenes", "canvas": canvas()} | changes


def rule(**changes: Any) -> dict[str, Any]:
    """A must, changed."""
    return {"cells": [[0, 0]], "codes": [1], "allowed": True, "strength": 1.0} | changes


def everywhere(side: int = 64) -> list[list[int]]:
    """All cells of a grid."""
    return [[row, column] for row in range(side) for column in range(side)]


def texts() -> Iterator[tuple[str, str]]:
    """A name and a text for each; those that begin with "sound" are to be read."""
    yield "sound: small", json.dumps(recipe())
    full = canvas(64, 64, pins=[[*cell, 65535] for cell in everywhere()])
    yield "sound: every cell pinned", json.dumps(recipe(canvas=full))
    yield "sound: as many rules as may be", _ruled(MAX_RULES, cells=24, codes=60)
    yield "sound: rules of many codes on many cells", _ruled(12, cells=4096, codes=6000, first=0)
    yield "sound: one rule of all codes but one", _ruled(1, cells=4096, codes=MAX_CODES - 1)
    for size in (2**31 - 1, 2**31, 2**62, 2**63, 2**64, 10**30, 10**4000, 0, -1, 1.5, 1e308, True, "7", None):
        yield (
            f"codebook of {size!r:.20}",
            json.dumps(recipe(canvas=canvas(codebook_size=size, rules=[rule()]))),
        )
    yield "codebook of 5,000 digits", json.dumps(recipe()).replace("65536", "9" * 5000)
    yield "too many rules", _ruled(MAX_RULES + 1, cells=1, codes=1)
    yield "as many rules as fit", json.dumps(canvas(rules=[rule(codes=[i]) for i in range(12_000)]))
    yield "sound: rules that differ in their last code", _ruled(150, cells=1, codes=1000, first=0, last=True)
    yield "other rules on every cell", _patchwork()
    yield "rules that leave no code", json.dumps(canvas(rules=[rule(codes=[1]), rule(codes=[2])]))
    yield "code of 4,000 digits", json.dumps(canvas(rules=[rule(codes=[10**4000])]))
    yield "cell of 4,000 digits", json.dumps(canvas(rules=[rule(cells=[[10**4000, 0]])]))
    for strength in (0, -1, 1e308, True, "1", None, [], "x" * 10**6):
        yield f"strength of {strength!r:.20}", json.dumps(canvas(rules=[rule(strength=strength)]))
    yield "strength NaN", json.dumps(canvas(rules=[rule(strength=float("nan"))]))
    yield "nested lists", "[" * 10**5 + "]" * 10**5
    yield "nested lists in a layer", json.dumps(canvas()).replace("[]", "[" * 10**5 + "]" * 10**5)
    yield "nested objects", '{"a":' * 10**5 + "1" + "}" * 10**5
    yield "unfinished lists", "[" * (MAX_TEXT - 1)
    yield "nothing but numbers", "[" + "1," * (MAX_TEXT // 2 - 2) + "1]"
    yield "long row", json.dumps(canvas(base=[[0] * 300_000]))
    yield "many rows", json.dumps(canvas(base=[[0]] * 200_000))
    yield "many empty rows", json.dumps(canvas(base=[[]] * 200_000))
    yield "ragged rows", json.dumps(canvas(base=[[0] * (i % 3) for i in range(60)]))
    yield "one long text among short ones", json.dumps(canvas(base=[["x" * 500_000, *["a"] * 100_000]]))
    yield "long text for a size", json.dumps(canvas(codebook_size=["x" * 500_000, *["a"] * 100_000]))
    yield "long text for pins", json.dumps(canvas(pins=["x" * 500_000, *["a"] * 100_000]))
    for code in (1.0, True, None, "1", [1], {}, 1e308, 10**30, -1, MAX_CODES + 1):
        yield f"code {code!r:.20}", json.dumps(canvas(base=[[0, 0], [0, code]]))
        yield f"pin {code!r:.20}", json.dumps(canvas(pins=[[0, 0, code]]))
        yield f"result {code!r:.20}", json.dumps(recipe(codes=[[0, 0], [0, code]]))
        if code is not True:
            yield f"mask {code!r:.20}", json.dumps(canvas(masked=[[False, False], [False, code]]))
    yield "the same pin again and again", json.dumps(canvas(pins=[[0, 0, 1]] * 80_000))
    yield "two pins on a cell", json.dumps(canvas(pins=[[0, 0, 1], [0, 0, 2]]))
    yield "a long result", json.dumps(recipe(codes=[[0] * 300_000]))
    yield "a result of texts", json.dumps(recipe(codes=[["x"] * 60] * 60))
    yield "long model", json.dumps(recipe(model="<b>" * 300_000))
    yield "long name of a field", json.dumps(recipe(**{"x" * 10**6: 1}))
    yield "long name of a layer", json.dumps(canvas(**{"x" * 10**6: 1}))
    yield "lines in a name", json.dumps(recipe(**{"a\nb\u2028c\u202e" * 1000: 1}))
    yield "long label", json.dumps(recipe(settings={"label": "x\n" * 300_000}))
    yield "long version", json.dumps(recipe(version="x" * 10**6))
    for name, value in {
        "temperature": 5e-324,
        "guidance_scale": 1e308,
        "steps": 10**30,
        "seed": 10**4000,
        "top_k": 10**30,
        "order": "x" * 10**6,
        "correction": 1e-320,
    }.items():
        expected = "sound: " if name == "correction" else ""
        yield f"{expected}{name} of {value!r:.20}", json.dumps(recipe(settings={name: value}))
    yield from _broken()


def _ruled(rules: int, cells: int, codes: int, first: int | None = None, *, last: bool = False) -> str:
    """A canvas of 64×64 cells with so many rules against other codes each."""
    listed = []
    for i in range(rules):
        begin = i if first is None else first
        named = list(range(begin, begin + codes)) if begin + codes <= MAX_CODES else list(range(codes))
        named[-1] += i if first is not None else 0
        if last:
            named = [*range(codes), codes + i]
        listed.append(rule(cells=everywhere()[:cells], codes=named, allowed=False))
    return json.dumps(canvas(64, 64, rules=listed), separators=(",", ":"))


def _patchwork() -> str:
    """Every cell has rules of its own mixture, of thousands of codes."""
    chance = random.Random(0)
    rules = [
        rule(cells=chance.sample(everywhere(), 1200), codes=[*range(800), 900 + i], allowed=i % 2 == 0)
        for i in range(60)
    ]
    return json.dumps(canvas(64, 64, rules=rules), separators=(",", ":"))


def _broken() -> Iterator[tuple[str, str]]:
    yield from ((f"broken {i}", text) for i, text in enumerate(drawn(RANDOM)))


def drawn(count: int, seed: int = 0, model: str = "weights/scenes") -> Iterator[str]:
    """Recipes, and every fifth time canvases, in which something is put where it does not belong."""
    chance = random.Random(seed)
    odd = [None, True, -1, 10**30, 1e308, "", "x" * 1000, [], [[]], {}, [[[1]]], {"a": [1]}, [None] * 100]
    odd += [0, 1, 65535, 65536, 1e-320, "day", "\0", "\u2028", [0, 0], [[0, 0, 1]], 2**53, -0.0]
    for i in range(count):
        data = recipe(
            model=model,
            canvas=canvas(
                4, 4, pins=[[0, 0, 1]], rules=[rule(), rule(codes=[2], strength=0.5, cells=[[1, 1]])]
            ),
            settings={"steps": 4, "seed": 1, "label": "day"},
            codes=[[3] * 4] * 4,
        )
        places = list(_places(data))
        for _ in range(chance.randint(1, 3)):
            where, key = chance.choice(places)
            where[key] = chance.choice(odd)
        yield json.dumps(data["canvas"] if i % 5 == 4 and isinstance(data.get("canvas"), dict) else data)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything in a value, as its container and its key there."""
    for key in range(len(value)) if isinstance(value, list) else list(value):
        yield value, key
        if isinstance(value[key], list | dict):
            yield from _places(value[key])


def read(text: str) -> None:
    """As the studio reads it: a recipe has a version, a canvas has none."""
    data = read_json(text)
    if "version" in data:
        Recipe.from_dict(data)
    else:
        TokenCanvas.from_dict(data)


def cost(text: str) -> dict[str, Any]:
    """What reading a text costs in a process of its own, and what was said of it; None if it was read."""
    ours, theirs = os.pipe()
    if (child := os.fork()) == 0:
        resource.setrlimit(resource.RLIMIT_AS, (_address_space() + ROOM,) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
        before, began, said = _peak(), process_time(), None
        try:
            read(text)
        except ValueError as error:
            said = str(error)
        found = {"megabytes": (_peak() - before) / MEGABYTE, "seconds": process_time() - began, "said": said}
        os.write(theirs, json.dumps(found).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as answer:
        found = answer.read()
    _, status = os.waitpid(child, 0)
    return json.loads(found) if found else {"died": status}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _address_space() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    json.dump({name: {"size": len(text), **cost(text)} for name, text in texts()}, sys.stdout)
