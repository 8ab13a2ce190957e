"""Thumbnails of large codebooks, drawn behind what people do."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any

import pytest
import torch
from einops import rearrange

from unleash import UnleashPipeline
from unleash.images.codebook import load_thumbnails
from unleash.models.thumbnails import guesses, thumbnails
from unleash.studio.server import drawing, registry
from unleash.studio.server import menu as models
from unleash.studio.server.drawing import Drawing
from unleash.studio.server.handlers import Handlers


@pytest.fixture
def large(pipe: UnleashPipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A model whose 16 codes count as many, which was fetched and converted."""
    monkeypatch.setattr(models, "MANY_CODES", 8)
    monkeypatch.setattr(drawing, "_BATCH", 2)
    monkeypatch.setattr(drawing, "_PAUSE", 0.0)
    monkeypatch.setattr("unleash.models.fetching.converted_models", lambda: tmp_path)
    pipe.save_pretrained(tmp_path / "large")
    return str(tmp_path / "large")


def test_what_is_not_drawn_yet_is_guessed_from_what_is() -> None:
    generator = torch.Generator().manual_seed(0)
    vectors = torch.rand(64, 4, generator=generator)
    colours = vectors @ torch.rand(4, 3, generator=generator) / 4
    pictures = rearrange(colours, "k c -> k c 1 1").expand(-1, -1, 32, 32)
    codes = torch.randperm(64, generator=generator)[:20]
    guessed = guesses(vectors, codes, pictures[codes])
    torch.testing.assert_close(guessed, pictures, atol=0.01, rtol=0)
    few = guesses(vectors, codes[:1], pictures[codes[:1]])
    assert few.isfinite().all()
    assert 0 <= few.min() <= few.max() <= 1


def test_a_large_codebook_is_shown_as_it_is_drawn_and_kept(pipe: UnleashPipeline, large: str) -> None:
    told = list(models.drawn_codebook(large))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    *before, (_, whole) = told
    assert sorted(whole.order) == list(range(16))
    assert all(sorted(sheet.order) == list(range(16)) for _, sheet in before if sheet)
    kept = load_thumbnails(Path(large), 16)
    away = torch.cdist(kept.flatten(1), thumbnails(pipe.vqgan).flatten(1))
    assert away.argmin(1).tolist() == list(range(16)), "each is that of its code"
    assert list(models.drawn_codebook(large)) == [(1.0, whole)], "the next time it is there at once"


def test_pages_that_ask_at_once_share_one_drawing(large: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def slowly(*given: Any) -> Drawing:
        begun.append(large)
        sleep(0.2)
        return Drawing(*given)

    monkeypatch.setattr(drawing, "Drawing", slowly)
    with ThreadPoolExecutor(4) as pages:
        told = list(pages.map(lambda _: list(models.drawn_codebook(large))[-1], range(4)))
    assert [share for share, _ in told] == [1.0] * 4
    assert begun == [large]


def test_the_page_hears_which_message_is_the_first(large: str) -> None:
    told = list(Handlers({"large": large}).codebook("large"))
    assert [catalogue.begins for catalogue in told] == [True] + [False] * (len(told) - 1)
    assert told[-1].share == 1
    assert told[-1].sheet is not None


def test_runs_come_first(pipe: UnleashPipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_LONGEST_WAIT", 60.0)
    kept: list[torch.Tensor] = []
    with registry.under_way("a run of a person"):
        drawn = Drawing(pipe.vqgan, kept.append, registry.busy)
        follow = drawn.follow()
        assert next(follow) == (0.0, None)
        assert next(follow) == (0.0, None)
    torch.testing.assert_close(drawn.wait(), thumbnails(pipe.vqgan), atol=0.003, rtol=0)
    assert len(kept) == 1


def test_a_drawing_that_fails_says_so(pipe: UnleashPipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(drawing, "draw", fails)
    drawn = Drawing(pipe.vqgan, lambda _: None, lambda: False)
    with pytest.raises(RuntimeError, match="no memory"):
        list(drawn.follow())
    with pytest.raises(RuntimeError, match="no memory"):
        drawn.wait()
