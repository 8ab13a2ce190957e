"""What is measured of a studio under load."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from tests.hostile.served import Served
from tests.load.people import Studio
from unleash import Recipe, Settings, TokenCanvas, UnleashPipeline


@dataclass(frozen=True)
class Figure:
    """A figure, and what it should be.

    Attributes:
        name: what it is of.
        value: what came out.
        most: at most this; None: ``least`` counts.
        least: at least this.
        more: besides, in words.
    """

    name: str
    value: float
    most: float | None = None
    least: float | None = None
    more: str = ""

    @property
    def good(self) -> bool:
        """Whether it is what it should be."""
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )

    def __str__(self) -> str:
        bound = f"at most {self.most:.3g}" if self.most is not None else f"at least {self.least:.3g}"
        more = f"; {self.more}" if self.more else ""
        return f"{'ok  ' if self.good else 'MISS'} {self.name}: {self.value:.3g} ({bound}{more})"


def at_once(studio: Studio, pipe: UnleashPipeline, people: int, steps: int) -> Iterator[Figure]:
    """Many people ask at once for what one person asked for one after another."""
    recipes = [_recipe(pipe, steps, seed) for seed in range(people)]
    studio.ask("first", recipes[0])  # what is loaded once is loaded
    began = perf_counter()
    alone = studio.ask_all((("one person", recipe) for recipe in recipes), 1)
    one = perf_counter() - began
    began = perf_counter()
    together = studio.ask_all(((f"person {i}", recipe) for i, recipe in enumerate(recipes)), people)
    all_ = perf_counter() - began
    failed = [answer.said for answer in (*alone, *together) if answer.recipe is None]
    others = sum(a.recipe != b.recipe for a, b in zip(alone, together, strict=True))
    waited = sorted(answer.seconds for answer in together)
    yield Figure("requests that failed", len(failed), most=0, more=failed[0][:200] if failed else "")
    yield Figure("pictures other than their seed gives alone", others, most=0, more=f"of {people}")
    yield Figure(
        "throughput, as a share of one person's",
        one / all_,
        least=0.9,
        more=f"{people} pictures of {steps} steps in {all_:.1f} s, one after another in {one:.1f} s; "
        f"the median person waited {median(waited):.1f} s, the last one {waited[-1]:.1f} s",
    )


def beside(studio: Studio, pipe: UnleashPipeline, steps: int, side: int, tries: int = 5) -> Iterator[Figure]:
    """Small requests, one after another, beside one that takes minutes."""
    own, step = small_alone(studio, pipe, steps, tries), huge_step(studio, pipe, side)
    with studio.under_way("huge", _huge(pipe, side, 16)):
        longest = max(studio.ask("small", _recipe(pipe, steps, seed)).seconds for seed in range(tries))
    yield Figure(
        "seconds a small request takes beside a huge one",
        longest,
        most=2 * own + 2 * step,
        more=f"the longest of {tries}; alone {own:.2f} s, a step of the huge one {step:.2f} s",
    )


def small_alone(studio: Studio, pipe: UnleashPipeline, steps: int, tries: int = 5) -> float:
    """Seconds that a small request takes by itself: the median."""
    studio.ask("small", _recipe(pipe, steps, 0))
    return median(studio.ask("small", _recipe(pipe, steps, seed)).seconds for seed in range(tries))


def huge_step(studio: Studio, pipe: UnleashPipeline, side: int) -> float:
    """Seconds that a step of a huge request takes."""
    one, three = (studio.ask("huge", _huge(pipe, side, steps)).seconds for steps in (1, 3))
    return (three - one) / 2


def memory(served: Served, studio: Studio, pipe: UnleashPipeline, runs: int, people: int) -> Iterator[Figure]:
    """Many runs, a few people's at once: what stays of them in memory."""
    held, failed = [], 0
    for tenth in range(10):
        asked = [
            (f"person {i % people}", _recipe(pipe, 1, i))
            for i in range(tenth * runs // 10, (tenth + 1) * runs // 10)
        ]
        # Nobody asks for two things at once: each has one session, which has one stream.
        for start in range(0, len(asked), people):
            some = asked[start : start + people]
            failed += sum(answer.recipe is None for answer in studio.ask_all(some, len(some)))
        held.append(served.megabytes)
        print(f"memory: {(tenth + 1) * runs // 10} runs, {held[-1]:.0f} MB", flush=True)
    # The first runs fill caches, and the pool of threads.
    yield Figure(f"of {runs} runs failed", failed, most=0)
    yield Figure(
        f"MB more after {runs} runs than after {runs // 5}",
        held[-1] - held[1],
        most=10,
        more=f"at each tenth {', '.join(f'{value:.0f}' for value in held)}",
    )


def _recipe(pipe: UnleashPipeline, steps: int, seed: int) -> Recipe:
    label = pipe.labels[seed % len(pipe.labels)] if pipe.labels else None
    return _of(pipe.blank(), pipe.defaults.changed(steps=steps, seed=seed, label=label))


def _huge(pipe: UnleashPipeline, side: int, steps: int) -> Recipe:
    canvas = TokenCanvas.blank(side, side, pipe.transformer.codebook_size)
    return _of(canvas, pipe.defaults.changed(steps=steps))


def _of(canvas: TokenCanvas, settings: Settings) -> Recipe:
    return Recipe(model="first", canvas=canvas, settings=settings)
