"""Several people at one model: steps take turns, fair by person."""

from collections.abc import Iterator
from threading import Event, Thread, current_thread
from time import sleep

import gradio as gr
import pytest

from unleash.studio.server.blocks import SESSIONS
from unleash.studio.server.turns import AT_ONCE, IDLE, LINE, Standing, Turns, expect, standing, take_turns


@pytest.fixture
def turns() -> Turns:
    return Turns()


def steps(name: str, count: int, seconds: float, done: list[str]) -> Iterator[int]:
    for index in range(count):
        sleep(seconds)
        done.append(name)
        yield index


def test_what_waits_for_an_idle_studio_comes_after_all_runs(turns: Turns) -> None:
    done: list[str] = []
    waiter = Thread(target=lambda: (IDLE.wait(0.4), done.append("idle")))
    run = turns.each("a", steps("a", 6, 0.1, done))
    next(run)
    waiter.start()
    assert list(run) == [1, 2, 3, 4, 5]
    waiter.join(10)
    assert done == ["a"] * 6 + ["idle"]


def test_whoever_has_a_session_takes_turns_and_is_told_how_long_it_takes() -> None:
    assert AT_ONCE >= SESSIONS, "the others would wait in Gradio's queue without a word"


def test_a_step_under_way_is_waited_for_and_a_run_between_steps_is_not() -> None:
    begun, end = Event(), Event()

    def slow():
        yield 1
        begun.set()
        end.wait(10)
        yield 2

    with gr.Blocks() as demo:
        gr.Button().click(slow, **LINE)
        gr.Button().click(lambda: "done", **LINE)
        gr.Button().click(lambda: "other line")
    take_turns(demo)
    run, small, other = (demo.fns[i].fn for i in range(3))
    under_way = run(None)
    assert next(under_way) == 1
    assert small(None) == "done", "between its steps a run holds nothing"
    second = Thread(target=lambda: next(under_way))
    second.start()
    assert begun.wait(10)
    said: list[str] = []
    waiting = Thread(target=lambda: said.append(small(None)))
    waiting.start()
    assert other() == "other line"
    waiting.join(0.3)
    assert said == []
    end.set()
    waiting.join(10)
    assert said == ["done"]
    second.join(10)


def test_a_listener_is_given_what_it_takes_besides_the_request() -> None:
    def chosen(name: str, event: gr.SelectData, request: gr.Request) -> str:
        """Say what was chosen."""
        return f"{name} {event} {request}"

    with gr.Blocks() as demo:
        gr.Gallery().select(chosen, gr.Textbox(), gr.Textbox(), **LINE)
    take_turns(demo)
    given, *_ = gr.helpers.special_args(
        demo.fns[0].fn, ["a"], None, gr.EventData(None, {"index": 0, "value": "b"})
    )
    assert given[:2] == [None, "a"]
    assert isinstance(given[2], gr.SelectData)
    assert given[3] is None
    assert [name for name, *_ in gr.utils.get_function_params(demo.fns[0].fn)] == ["name"]


def test_a_short_run_beside_a_long_one_waits_for_one_of_its_steps_at_a_time(turns: Turns) -> None:
    done: list[str] = []
    begun = Event()

    def long() -> None:
        for _ in turns.each("a", steps("long", 60, 0.02, done)):
            begun.set()

    thread = Thread(target=long)
    thread.start()
    begun.wait(10)
    for _ in turns.each("b", steps("short", 10, 0.005, done)):
        sleep(0.002)  # as long as the page takes to come back
    thread.join()
    first, last = done.index("short"), len(done) - 1 - done[::-1].index("short")
    between = done[first:last].count("long")
    assert between <= 6, f"{between} of 20 ms among 10 of 5 ms"


def test_whoever_starts_many_runs_gets_no_more_than_who_starts_one(turns: Turns) -> None:
    done: list[str] = []
    many = [
        Thread(target=lambda: list(turns.each("greedy", steps("greedy", 20, 0.005, done)))) for _ in range(4)
    ]
    one = Thread(target=lambda: list(turns.each("modest", steps("modest", 20, 0.005, done))))
    for thread in (*many, one):
        thread.start()
    for thread in (*many, one):
        thread.join()
    last = len(done) - 1 - done[::-1].index("modest")
    assert done[:last].count("greedy") <= 26, done


def test_ever_new_short_runs_do_not_hold_up_a_long_one(turns: Turns) -> None:
    done: list[str] = []

    def run(name: str, count: int) -> Iterator[int]:
        expect(count * 0.01)
        yield from steps(name, count, 0.01, done)

    def newcomers(which: int) -> None:
        for number in range(30):
            list(turns.each(f"newcomer {which} {number}", run("new", 1)))

    long = Thread(target=lambda: list(turns.each("long", run("long", 1000))), daemon=True)
    many = [Thread(target=newcomers, args=[which]) for which in range(2)]
    for thread in (long, *many):
        thread.start()
    for thread in many:
        thread.join()
    assert done.count("long") >= 15, f"{done.count('long')} steps beside {done.count('new')}"


def test_a_pause_earns_nothing(turns: Turns) -> None:
    done: list[str] = []
    list(turns.each("a", steps("a", 10, 0.01, done)))
    turns.do("b", lambda: None)
    threads = [
        Thread(target=lambda who=who: list(turns.each(who, steps(who, 10, 0.01, done)))) for who in "ab"
    ]
    done.clear()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert abs(done[:10].count("a") - 5) <= 2, done


def test_all_steps_are_done_by_one_thread_and_errors_reach_who_asked(turns: Turns) -> None:
    def fail() -> None:
        raise ValueError(current_thread().name)

    for who in "ab":
        with pytest.raises(ValueError, match="model"):
            turns.do(who, fail)
    assert turns.do("a", lambda: 3) == 3


def test_a_run_that_is_abandoned_ends_at_once(turns: Turns) -> None:
    ended = Event()

    def run() -> Iterator[int]:
        try:
            yield from range(9)
        finally:
            ended.set()

    under_way = turns.each("a", run())
    next(under_way)
    under_way.close()
    assert ended.wait(5), "not only when somebody else has a turn"


def test_of_people_who_had_equal_time_whose_run_is_shortest_comes_first(turns: Turns) -> None:
    done: list[str] = []
    held = Event()
    blocked = Thread(target=lambda: turns.do("blocker", lambda: held.wait(10)))
    blocked.start()

    def run(name: str, count: int) -> Iterator[int]:
        expect(count * 0.01)
        yield 0
        yield from steps(name, count, 0.01, done)

    threads = [
        Thread(target=lambda n=n, c=c: list(turns.each(n, run(n, c))))
        for n, c in (("long", 12), ("short", 4))
    ]
    for thread in threads:
        thread.start()
    sleep(0.1)
    held.set()
    for thread in (*threads, blocked):
        thread.join()
    assert done == ["short"] * 4 + ["long"] * 12


def test_a_run_knows_how_many_take_turns_and_when_it_will_be_done(turns: Turns) -> None:
    assert standing() is None
    told: dict[str, Standing | None] = {}
    ready = {name: Event() for name in "abc"}

    def run(name: str, seconds: float) -> Iterator[int]:
        expect(seconds)
        yield 0
        told[name] = standing()
        yield 1

    def go(name: str, seconds: float) -> None:
        each = turns.each(name, run(name, seconds))
        next(each)
        ready[name].set()
        for other in ready.values():
            other.wait(10)
        next(each)
        both.wait(10)
        each.close()

    both = Event()
    threads = [Thread(target=go, args=pair) for pair in (("a", 10.0), ("b", 4.0), ("c", 100.0))]
    for thread in threads:
        thread.start()
    while len(told) < 3:
        sleep(0.01)
    both.set()
    for thread in threads:
        thread.join()
    assert [told[name].people for name in "abc"] == [3, 3, 3]
    assert [round(told[name].seconds) for name in "abc"] == [24, 12, 114]
    list(turns.each("d", iter([1])))
    assert turns.do("d", standing) == Standing(1, 0.0), "whoever is done takes no turns"
