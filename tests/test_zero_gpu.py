"""On ZeroGPU the page's runs are calls of ``spaces.GPU``, for the time that they are predicted to take."""

import pickle
import sys
from collections.abc import Iterator
from threading import Event
from types import ModuleType, SimpleNamespace

import pytest

from unleash import Settings, TokenCanvas
from unleash.studio import build
from unleash.studio.server import registry, runs, timing, zero_gpu
from unleash.studio.server.runs import run
from unleash.studio.server.unfinished import Unfinished

CANVAS = TokenCanvas.blank(4, 4, 16)


@pytest.fixture
def space(pipe, tmp_path, monkeypatch) -> Iterator[SimpleNamespace]:
    """A ZeroGPU Space: what crosses to the other process is pickled, and a call cannot be ended."""
    said = SimpleNamespace(durations=[], ended=Event())

    def gpu(task, duration):
        def call(*given):
            said.durations.append(duration(*given))
            try:
                for value in task(*pickle.loads(pickle.dumps(given))):
                    yield pickle.loads(pickle.dumps(value))
            except GeneratorExit:
                pytest.fail("to close the call would wait for the other process")
            said.ended.set()

        return call

    spaces, config = ModuleType("spaces"), ModuleType("spaces.config")
    spaces.__spec__, spaces.GPU, config.Config = SimpleNamespace(), gpu, SimpleNamespace(zero_gpu=True)
    monkeypatch.setitem(sys.modules, "spaces", spaces)
    monkeypatch.setitem(sys.modules, "spaces.config", config)
    pipe.save_pretrained(tmp_path / "model")
    monkeypatch.setattr(pipe.engine, "source", tmp_path / "model")
    monkeypatch.setattr(timing, "pace", lambda _: timing.Pace(1.5, {"full": 0.0}))
    runs._loaded_elsewhere.cache_clear()
    zero_gpu.wrapped.cache_clear()
    yield said
    zero_gpu.wrapped.cache_clear()


def without_name_and_time(messages):
    return [{**message, "run": None, "seconds_left": None} for message in messages]


def test_elsewhere_there_is_none():
    assert not zero_gpu.here()


def test_a_run_is_a_call_for_the_predicted_time_with_the_same_messages(pipe, space, monkeypatch):
    settings = Settings(steps=5, label="day", seed=3)
    there = list(run(pipe, "tiny", CANVAS, settings, 2, name="there"))
    assert space.durations == [zero_gpu.LOADING + 15]  # 2 pictures of 5 windows, 1.5 s each
    assert {message["run"] for message in there} == {"there"}
    monkeypatch.setattr(zero_gpu, "here", lambda: False)
    here = list(run(pipe, "tiny", CANVAS, settings, 2, name="here"))
    assert without_name_and_time(there) == without_name_and_time(here)


@pytest.mark.usefixtures("space")
def test_zero_gpu_knows_of_it_when_the_studio_is_built(pipe, monkeypatch):
    asked = []
    monkeypatch.setattr(sys.modules["spaces"], "GPU", lambda task, **_: asked.append(task) or task)
    build([str(pipe.engine.source)])
    assert asked == [runs._elsewhere]


def test_no_gpu_is_asked_for_longer_than_is_allowed(pipe, space, monkeypatch):
    monkeypatch.setattr(timing, "pace", lambda _: timing.Pace(1000.0, {"full": 0.0}))
    next(run(pipe, "tiny", CANVAS, Settings(steps=2), 1, name="long"))
    assert space.durations == [zero_gpu.MOST]


def test_a_stopped_run_ends_at_once_on_the_page_and_can_be_resumed(pipe, space):
    settings = Settings(steps=5, seed=3)
    whole = list(run(pipe, "tiny", CANVAS, settings, 1, name="whole"))
    space.ended.clear()
    under_way = run(pipe, "tiny", CANVAS, settings, 1, name="stopped")
    first = next(under_way)
    registry.stop("stopped")
    assert list(under_way) == [{"kind": "end", "run": "stopped"}]
    assert space.ended.wait(10)
    rest = list(runs.resume(pipe, "tiny", Unfinished.from_dict(first["unfinished"]), "resumed"))
    assert [message["codes"] for message in (first, *rest)] == [message["codes"] for message in whole]


def test_a_run_that_is_stopped_while_it_waits_asks_for_no_gpu(pipe, space):
    registry.stop("waiting")
    messages = list(run(pipe, "tiny", CANVAS, Settings(steps=5), 1, name="waiting"))
    assert (messages, space.durations) == ([{"kind": "end", "run": "waiting"}], [])


@pytest.mark.usefixtures("space")
def test_its_settings_cannot_be_changed_and_that_is_said(pipe):
    under_way = run(pipe, "tiny", CANVAS, Settings(steps=5), 1, name="fixed")
    next(under_way)
    assert not registry.steer("fixed", Settings(label="night"))
    under_way.close()
