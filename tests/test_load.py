"""A few people at one studio at once; ``python -m tests.load`` measures many."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import tiny
from tests.hostile.served import Served
from tests.load import measures
from tests.load.people import UNLIMITED, Studio
from unleash import UnleashPipeline


@pytest.fixture(scope="module")
def pipe(tmp_path_factory: pytest.TempPathFactory) -> UnleashPipeline:
    folder = tiny.save(tmp_path_factory.mktemp("models") / "tiny")
    return UnleashPipeline.from_pretrained(folder)


@pytest.fixture(scope="module")
def studio(pipe: UnleashPipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with Served(Path(pipe.name_or_path), tmp_path_factory.mktemp("gradio"), UNLIMITED) as served:
        yield Studio(served)


@pytest.mark.slow
def test_five_people_at_once_get_what_each_gets_alone(studio: Studio, pipe: UnleashPipeline) -> None:
    failed, others, _ = measures.at_once(studio, pipe, people=5, steps=8)
    assert failed.good, failed
    assert others.good, others


@pytest.mark.slow
def test_a_small_request_is_soon_served_beside_a_huge_one(studio: Studio, pipe: UnleashPipeline) -> None:
    (waited,) = measures.beside(studio, pipe, steps=4, side=48, tries=3)
    assert waited.good, waited
