"""On a GPU, steps of several runs are evaluated in one batch, and no picture depends on the others."""

from collections.abc import Iterator
from copy import copy
from threading import Barrier, Thread
from time import sleep
from unittest.mock import Mock

import pytest
import torch

from unleash import Settings, TokenCanvas
from unleash.canvas.settings import Region
from unleash.models.engines import Engine
from unleash.models.engines.batches import ROWS, BatchingEngine
from unleash.studio.server import menu
from unleash.studio.server.turns import Turns


class Rounding(torch.nn.Module):
    """A predictor that, like a GPU, rounds differently in batches of another size."""

    def __init__(self, predictor) -> None:
        super().__init__()
        self.predictor, self.batches = predictor, []
        self.codebook_size, self.grid_size = predictor.codebook_size, predictor.grid_size

    def logits(self, tokens, condition):
        sleep(0.01)
        self.batches.append(len(tokens))
        noise = torch.randn(16, generator=torch.Generator().manual_seed(len(tokens)))
        return self.predictor.logits(tokens, condition) + noise


@pytest.fixture
def rounding(pipe) -> Rounding:
    return Rounding(pipe.transformer)


@pytest.fixture
def batching(pipe, rounding):
    """The pipeline with such an engine."""
    other = copy(pipe)
    other.engine = BatchingEngine(pipe.vqgan, rounding)
    return other


def at_once(works) -> None:
    threads = [Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_pictures_beside_others_are_those_of_each_alone_in_fewer_evaluations(batching, rounding):
    asked = [
        (TokenCanvas.blank(4, 4, 16), Settings(steps=6, label="day")),
        (TokenCanvas.blank(4, 4, 16), Settings(steps=6, label="night", guidance_scale=3, seed=1)),
        (TokenCanvas.blank(4, 4, 16), Settings(steps=4, reveal_order="confidence", correction=0.5, seed=2)),
        (TokenCanvas.blank(7, 6, 16), Settings(steps=5, seed=3)),
        (TokenCanvas.blank(4, 4, 16), Settings(regions=(Region(shows="day", cells=((0, 0),)),), seed=4)),
    ]
    alone = [list(batching.stream(canvas, settings=chosen))[-1].canvas for canvas, chosen in asked]
    evaluations, together = len(rounding.batches), [None] * len(asked)
    turns, begun = Turns(), Barrier(len(asked))

    def steps(canvas, chosen) -> Iterator[TokenCanvas]:
        turns.allow(len(asked))
        begun.wait(10)
        for step in batching.stream(canvas, settings=chosen):
            yield step.canvas

    def run(number) -> None:
        *_, together[number] = turns.each(f"person {number}", steps(*asked[number]))

    turns.allow(len(asked))
    at_once([lambda number=number: run(number) for number in range(len(asked))])
    assert together == alone
    assert len(rounding.batches) - evaluations < 0.8 * evaluations
    assert set(rounding.batches) == {ROWS}


def test_in_batches_of_other_sizes_they_would_not_be(pipe, rounding):
    tokens, condition = torch.full((1, 4, 4), 16), (torch.tensor([0]),)
    plain = Engine(pipe.vqgan, rounding)
    two = plain.logits(tokens.repeat(2, 1, 1), (condition[0].repeat(2),))
    assert not torch.allclose(two[:1], plain.logits(tokens, condition), atol=0.1)


def test_a_bad_request_fails_alone(batching):
    answers = {}

    def ask(code) -> None:
        try:
            answers[code] = batching.engine.logits(torch.full((1, 4, 4), code), (torch.tensor([0]),)).shape
        except ValueError as error:
            answers[code] = str(error)

    at_once([lambda code=code: ask(code) for code in (16, 17, 3)])
    assert answers[16] == answers[3] == (1, 16, 16)
    assert answers[17].startswith("tokens must be codes from 0 to 15")


def test_a_failure_reaches_all_who_wait_and_the_next_batch_is_computed(batching, rounding, monkeypatch):
    tokens, condition = torch.full((1, 4, 4), 16), (torch.tensor([0]),)

    def fail(*_) -> None:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(rounding, "logits", fail)
        with pytest.raises(RuntimeError, match="out of memory"):
            batching.engine.logits(tokens, condition)
    assert batching.engine.logits(tokens, condition).shape == (1, 16, 16)


def test_a_studio_batches_on_a_gpu_and_only_there(pipe, monkeypatch):
    for device, kind in (("cuda", BatchingEngine), ("cpu", Engine)):
        engine = Engine(pipe.vqgan, pipe.transformer)
        loaded = Mock(
            device=torch.device(device), engine=engine, vqgan=pipe.vqgan, transformer=pipe.transformer
        )
        monkeypatch.setattr(menu, "load", lambda _, loaded=loaded: loaded)
        menu._prepare.cache_clear()
        turns = Turns()
        assert type(turns.do("a", lambda: menu.computed("any", "torch")).engine) is kind
        assert turns._threads == (16 if device == "cuda" else 1)
