"""Engines: the same pictures by whatever computes them."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
import torch

from unleash import UnleashPipeline
from unleash.models.conversion import convert
from unleash.models.engines import Engine, cache, engine_named, is_chosen
from unleash.models.engines.choosing import Timing
from unleash.models.engines.openvino import OpenVINOEngine
from unleash.models.protocol import repeated
from unleash.studio.server import menu

pytest.importorskip("openvino")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "HOME", tmp_path / "cache")


@pytest.fixture
def saved(pipe, tmp_path) -> Path:
    pipe.save_pretrained(tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("shape", [(1, 4, 4), (3, 4, 4)])
@pytest.mark.parametrize("label", [0, 1, 2])
def test_openvino_gives_the_logits_of_torch(pipe, shape, label):
    engine = OpenVINOEngine(pipe.vqgan, pipe.transformer)
    tokens = torch.randint(0, 17, shape, generator=torch.Generator().manual_seed(0))
    condition = (torch.full(shape[:1], label),)
    wanted = Engine(pipe.vqgan, pipe.transformer).logits(tokens, condition)
    torch.testing.assert_close(engine.logits(tokens, condition), wanted, atol=1e-3, rtol=0)


@pytest.mark.parametrize("batch", [1, 3])
def test_openvino_gives_the_logits_of_torch_for_halton(tmp_path, batch):
    files = Path(__file__).parent / "fixtures" / "parity-halton"
    convert(files / "vq_ds16_c2i.pt", files / "ImageNet_256_tiny.pth", tmp_path / "model", heads=6)
    pipe = UnleashPipeline.from_pretrained(tmp_path / "model", engine="openvino")
    grid = (batch, pipe.transformer.grid_size, pipe.transformer.grid_size)
    size = pipe.transformer.codebook_size
    tokens = torch.randint(0, size + 1, grid, generator=torch.Generator().manual_seed(0))
    condition = repeated(pipe.transformer.condition("church"), batch)
    wanted = Engine(pipe.vqgan, pipe.transformer).logits(tokens, condition)
    torch.testing.assert_close(pipe.engine.logits(tokens, condition), wanted, atol=1e-3, rtol=0)


@pytest.mark.parametrize("shape", [(1, 4, 4), (2, 6, 9), (1, 1, 2)])
@pytest.mark.parametrize("detail", ["full", "preview", "large"])
def test_openvino_gives_the_pictures_of_torch(pipe, shape, detail):
    codes = torch.randint(0, 16, shape, generator=torch.Generator().manual_seed(0))
    engine = OpenVINOEngine(pipe.vqgan, pipe.transformer)
    first, second = engine.decode(codes, detail), engine.decode(codes.flip(-1), detail)
    torch.testing.assert_close(first, pipe.vqgan.decode(codes, detail), atol=1e-3, rtol=0)
    torch.testing.assert_close(second, pipe.vqgan.decode(codes.flip(-1), detail), atol=1e-3, rtol=0)


@pytest.mark.parametrize("tokens", [[[[17]]], [[[-1]]]])
def test_a_token_out_of_range_is_refused_by_every_engine(pipe, tokens):
    for engine in (Engine, OpenVINOEngine):
        with pytest.raises(ValueError, match="tokens must be codes from 0 to 15"):
            engine(pipe.vqgan, pipe.transformer).logits(torch.tensor(tokens), (torch.tensor([0]),))


def test_a_pipeline_paints_the_same_with_another_engine(saved):
    torch_made = UnleashPipeline.from_pretrained(saved)(seed=3, label="night", guidance_scale=2.0)
    pipe = UnleashPipeline.from_pretrained(saved, engine="openvino")
    made = pipe(seed=3, label="night", guidance_scale=2.0)
    assert pipe.engine.name == "openvino"
    assert made.canvases == torch_made.canvases
    wide = pipe(pipe.blank().extended(right=3), num_inference_steps=2).images[0]
    assert wide.size == (56, 32)


def test_converted_networks_are_kept_for_as_long_as_the_model_is_the_same(saved, monkeypatch):
    UnleashPipeline.from_pretrained(saved, engine="openvino")(num_inference_steps=1)
    kept = sorted(cache.HOME.rglob("*.xml"))
    assert {file.stem for file in kept} == {"logits", "full"}
    monkeypatch.setattr("openvino.convert_model", lambda *_, **__: pytest.fail("converted again"))
    UnleashPipeline.from_pretrained(saved, engine="openvino")(num_inference_steps=1)
    config = saved / "transformer" / "config.json"
    config.write_text(config.read_text("utf-8") + "\n", "utf-8")
    assert cache.cached_file(saved, "openvino", "logits.xml") not in kept


def test_a_cache_that_cannot_be_written_is_one_of_the_process(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(cache, "HOME", tmp_path / "file" / "cache")
    path = cache.cached_file(tmp_path, "openvino", "logits.xml")
    path.touch()
    assert path == cache.cached_file(tmp_path, "openvino", "logits.xml")


def test_auto_takes_the_fastest_and_remembers_it(saved, monkeypatch):
    timed = {"torch": Timing(0.0, 0.2), "openvino": Timing(2.0, 0.1)}
    monkeypatch.setattr("unleash.models.engines.choosing.timing", lambda engine, _: timed[engine.name])
    assert UnleashPipeline.from_pretrained(saved, engine="auto").engine.name == "openvino"
    timed["torch"] = Timing(0.0, 0.01)
    assert UnleashPipeline.from_pretrained(saved, engine="auto").engine.name == "openvino"
    (record,) = cache.HOME.rglob("fastest-*.json")
    assert json.loads(record.read_text("utf-8")) == {"torch": [0.0, 0.2], "openvino": [2.0, 0.1]}


def test_auto_does_not_start_an_engine_for_a_few_steps(saved, monkeypatch):
    timed = {"torch": Timing(0.0, 0.2), "openvino": Timing(2.0, 0.1)}
    monkeypatch.setattr("unleash.models.engines.choosing.timing", lambda engine, _: timed[engine.name])
    pipe = UnleashPipeline.from_pretrained(saved)
    pipe.use("auto", steps=4)
    assert pipe.engine.name == "torch"
    assert not is_chosen(pipe.engine), "nothing is measured for a few steps"
    pipe.use("auto")
    assert is_chosen(pipe.engine)
    for steps, name in ((0, "torch"), (4, "torch"), (19, "torch"), (21, "openvino")):
        pipe.use("auto", steps)
        assert pipe.engine.name == name


def test_auto_really_measures(saved):
    assert UnleashPipeline.from_pretrained(saved, engine="auto").engine.name in ("torch", "openvino")
    (record,) = cache.HOME.rglob("fastest-*.json")
    timed = [Timing(*each) for each in json.loads(record.read_text("utf-8")).values()]
    assert all(each.start >= 0 and each.step > 0 for each in timed)


def test_the_studio_prepares_an_engine_once_for_all_events_of_a_page(saved, monkeypatch):
    begun = []

    def slowly(target, **_):
        begun.append(target)
        sleep(0.2)
        return Thread(target=lambda: None)

    monkeypatch.setattr(menu, "Thread", slowly)
    with ThreadPoolExecutor(4) as events:
        pipes = set(events.map(lambda _: menu.computed(str(saved), "auto"), range(4)))
    assert len(pipes) == len(begun) == 1


@pytest.mark.slow
def test_the_studio_has_engines_timed_by_another_process(saved, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    menu._choose(str(saved))
    assert len([*(tmp_path / "home").rglob("fastest-*.json")]) == 1
    assert {file.stem for file in (tmp_path / "home").rglob("*.xml")} == {"logits", "full"}


def test_an_engine_that_computes_something_else_is_not_used(saved, monkeypatch):
    logits = OpenVINOEngine.logits
    monkeypatch.setattr(OpenVINOEngine, "logits", lambda *given: logits(*given) + 0.02)
    assert UnleashPipeline.from_pretrained(saved, engine="auto").engine.name == "torch"
    with pytest.raises(ValueError, match="other logits than torch"):
        UnleashPipeline.from_pretrained(saved, engine="openvino")


def test_an_engine_that_is_not_there_is_said_in_a_line(pipe, monkeypatch):
    with pytest.raises(ValueError, match="no engine 'tpu': choose auto, torch, openvino or ray://HOST:PORT"):
        engine_named("tpu", pipe.vqgan, pipe.transformer)
    monkeypatch.setattr("unleash.models.engines.openvino.find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r'pip install "unleash\[openvino\]"'):
        engine_named("openvino", pipe.vqgan, pipe.transformer, (torch.tensor([2]),))
    assert engine_named("auto", pipe.vqgan, pipe.transformer, (torch.tensor([2]),)).name == "torch"
