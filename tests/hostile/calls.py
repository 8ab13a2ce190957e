"""Recipes and canvases through every door, and endpoints called with what they were not made for."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from time import monotonic, process_time
from typing import Any

from typer.testing import CliRunner

from tests.hostile import recipes
from tests.hostile.outcome import Outcome, is_a_line
from tests.hostile.served import Served
from unleash.cli import app

_ODD: list[Any] = [
    *(None, True, -1, 0, 1e308, 5e-324, 10**30, 2**53, "", "x", "\0", "x" * 10_000, "<img src=x>", [], [[]]),
    *({}, [[0, 0]], [[10**30, 0]], [[0, 0, 0]], {"path": "/etc/passwd"}, "[" * 10_000, "NaN", "night"),
    {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
    {"path": "http://127.0.0.1:1/", "meta": {"_type": "gradio.FileData"}},
    {"path": "/dev/zero", "meta": {"_type": "gradio.FileData"}},
    json.dumps(recipes.recipe()),
    json.dumps(recipes.canvas(64, 64)),
]


def by_python(count: int, seed: int = 0) -> Outcome:
    """Read random canvases and recipes."""

    def read(text: str) -> str | None:
        try:
            recipes.read(text)
        except ValueError as error:
            return str(error)
        return None

    return _each("recipes by Python", recipes.drawn(count, seed), read, process_time)


def by_shell(folder: Path, count: int, seed: int = 1) -> Outcome:
    """`unleash generate --recipe` of random recipes, none of whose models is here."""

    def read(text: str) -> str | None:
        file = folder / "recipe.json"
        file.write_text(text)
        done = CliRunner().invoke(app, ["generate", "--recipe", str(file), "--out", str(folder / "made.png")])
        if done.exit_code not in (0, 2) or (done.exit_code and len(done.stderr.splitlines()) != 1):
            return f"\n{done.exit_code} {done.exception!r} {done.output}"
        return done.stderr.strip() or None

    outcome = _each("recipes by shell", recipes.drawn(count, seed, model="./nowhere"), read, process_time)
    outcome.lost += [] if not (folder / "made.png").exists() else ["a picture was made"]
    return outcome


def by_http(studio: Served, count: int, seed: int = 2) -> Outcome:
    """Decode random canvases and recipes."""
    outcome = _each(
        "recipes by HTTP",
        recipes.drawn(count, seed),
        lambda text: _said(*studio.call("decode", text, None)),
        monotonic,
    )
    return _still_there(outcome, studio)


def crafted(studio: Served, count: int, seed: int = 3) -> Outcome:
    """Call endpoints with odd values in the places of their arguments."""
    chance = random.Random(seed)
    endpoints = studio.client.get("/gradio_api/info").json()["named_endpoints"]
    calls = []
    for number in range(count):
        name = sorted(endpoints)[number % len(endpoints)]
        parameters = endpoints[name]["parameters"]
        given = [parameter.get("parameter_default") for parameter in parameters]
        for _ in range(chance.randint(1, 2) if given else 0):
            given[chance.randrange(len(given))] = chance.choice(_ODD)
        if chance.random() < 0.05:
            given = chance.choice(([], given * 2, [None] * 100))
        calls.append((name.strip("/"), given))

    def call(asked: tuple[str, list[Any]]) -> str | None:
        return _said(*studio.call(asked[0], *asked[1]))

    return _still_there(_each("crafted calls", calls, call, monotonic), studio)


def by_events(studio: Served, count: int, seed: int = 4) -> Outcome:
    """Trigger the page's own events, which no page would, with odd values and odd data of the event."""
    chance, config = random.Random(seed), studio.client.get("/config").json()
    first = {each["id"]: each["props"].get("value") for each in config["components"]}
    events = [each for each in config["dependencies"] if each["backend_fn"]]
    calls = []
    for number in range(count):
        event = events[number % len(events)]
        given = [first[component] for component in event["inputs"]]
        for _ in range(chance.randint(0, 2) if given else 0):
            given[chance.randrange(len(given))] = chance.choice(_ODD)
        calls.append((event["id"], given, chance.choice([None, *_ODD]), f"{seed}-{number}"))

    def call(asked: tuple[int, list[Any], Any, str]) -> str | None:
        well, said = studio.trigger(*asked)
        return None if well else said

    return _still_there(_each("events of the page", calls, call, monotonic), studio)


def _each(attack: str, items: Any, do: Callable[[Any], str | None], clock: Callable[[], float]) -> Outcome:
    outcome, longest = Outcome(attack), 0.0
    for item in items:
        outcome.tried += 1
        began = clock()
        try:
            said = do(item)
        except Exception as error:
            outcome.crashed.append(f"{error!r:.300} of {item!r:.300}")
            continue
        longest = max(longest, clock() - began)
        if said is not None and (not is_a_line(said) or said == "None"):
            outcome.crashed.append(f"{said!r:.300} of {item!r:.300}")
        if clock() - began > 30:
            outcome.hung.append(f"{item!r:.300}")
    outcome.figures["longest seconds"] = longest
    return outcome


def _said(well: bool, answer: str) -> str | None:
    """What a studio said of a call; None if it gave a result."""
    if well:
        return None
    for line in answer.splitlines():
        if line.startswith("data: "):
            data = json.loads(line.removeprefix("data: "))
            return data.get("error", "") or "\n" if isinstance(data, dict) else f"\n{data}"
    # Gradio refuses what is no call of its own; then it says so with a status.
    return "refused" if answer.startswith("{") else f"\n{answer}"


def _still_there(outcome: Outcome, studio: Served) -> Outcome:
    if not studio.alive:
        outcome.crashed.append("the studio ended")
    outcome.crashed += studio.tracebacks
    outcome.figures["MB held"] = studio.megabytes if studio.alive else 0
    return outcome
