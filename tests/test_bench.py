"""What `unleash bench` measures is what it says; how fast it is here is no business of a test."""

import json
import shutil
import sys
import textwrap
from dataclasses import replace
from importlib.util import find_spec

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from typer.testing import CliRunner

from unleash import VQGAN, BidirectionalTransformer
from unleash.cli import app
from unleash.evaluation import app_start, bench
from unleash.evaluation.against import ratios
from unleash.images.recipes import read_recipe
from unleash.models.engines import cache
from unleash.models.families.absorbing.family import FAMILY
from unleash.models.protocol import FullSize


@pytest.fixture(scope="module")
def model(pipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench") / "model"
    pipe.save_pretrained(folder)
    return str(folder)


@pytest.fixture
def _small(monkeypatch):
    """Makes the full-size transformer a small one."""

    def transformer():
        return BidirectionalTransformer(codebook_size=16, grid_size=4, width=32, num_layers=2, num_heads=2)

    monkeypatch.setattr(bench, "BidirectionalTransformer", transformer)


@pytest.mark.usefixtures("_small")
def test_report_and_table(model, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    arguments = ["--model", model, "--runs", "2", "--only", "step", "--only", "full"]
    result = CliRunner().invoke(app, ["bench", *arguments, "--json", str(tmp_path / "bench.json")])
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "bench.json").read_text())
    assert report["machine"]["threads"] == torch.get_num_threads()
    figures = {figure["name"]: figure for figure in report["figures"]}
    assert {
        "step with its picture",
        "of it, transformer",
        "full-size step",
        "share of bare products",
    } <= figures.keys()
    for name, figure in figures.items():
        assert len(figure["runs"]) == 2
        assert min(figure["runs"]) <= figure["median"] <= max(figure["runs"])
        assert figure["median"] >= 0
        assert name in result.stdout
    assert figures["share of bare products"]["unit"] == "share"
    assert any(name.startswith("in a step, linear layers") for name in figures)


def test_a_family_is_measured_in_a_process_of_its_own(tmp_path, monkeypatch):
    def small():
        with torch.device("meta"):
            tokenizer = VQGAN(32, 32, (1, 2), 1, (16,), 8, 16, patch_size=1)
            return FullSize("small", tokenizer, BidirectionalTransformer(16, 16, 32, 1, 2))

    monkeypatch.setattr(bench, "families", lambda: (replace(FAMILY, name="tiny", full_size=small),))
    arguments = ["bench", "--family", "tiny", "--runs", "2", "--json", str(tmp_path / "b.json")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    figures = {figure["name"]: figure for figure in json.loads((tmp_path / "b.json").read_text())["figures"]}
    for name in ("loading", "evaluation", "decoder", "picture"):
        assert figures[f"small, {name}"]["unit"] == "s"
        assert figures[f"small, {name}"]["median"] > 0
    assert "16 evaluations" in figures["small, picture"]["measured"]
    if sys.platform.startswith("linux"):
        loading, run = (figures[f"small, peak memory of {what}"]["median"] for what in ("loading", "a run"))
        assert 0.1 < loading <= run
    result = CliRunner().invoke(app, ["bench", "--family", "nowhere"])
    assert result.exit_code == 2
    assert "there is no family 'nowhere'; the families are tiny" in result.stderr


def test_image_and_its_whole_process(model, monkeypatch):
    pictures = []

    def in_this_process(command, **_):
        assert command[:3] == [sys.executable, "-m", "unleash"]
        result = CliRunner().invoke(app, command[3:])
        assert result.exit_code == 0, result.output
        pictures.append(read_recipe(result.stdout.strip()))

    monkeypatch.setattr(bench.subprocess, "run", in_this_process)
    inside, whole = bench.measure(["image"], model, runs=2)["figures"]
    assert len(pictures) == 4
    assert {(recipe.model, recipe.settings.steps) for recipe in pictures} == {(model, 16)}
    assert min(inside["median"], whole["median"]) > 0


def test_bare_products_are_those_of_the_block():
    block = BidirectionalTransformer(16, 4, 32, 1, 2).blocks[0]
    with FlopCounterMode(display=False) as of_block, torch.no_grad():
        block(torch.randn(1, 16, 32))
    products = bench.products(block, 16)
    with FlopCounterMode(display=False) as bare:
        for product in products:
            product()
    # The counter has no entry for fused attention on CPUs; its two products are 2·2·N²·width operations.
    attention = 2 * 2 * 16**2 * 32
    assert bare.get_total_flops() in (of_block.get_total_flops(), of_block.get_total_flops() + attention)
    assert bare.get_total_flops() == 2 * 16 * 32 * 32 * 12 + attention


def test_a_run_comes_after_one_in_vain():
    calls = []
    times = bench._timed(lambda: calls.append(len(calls)), 3)
    assert len(calls) == 6
    assert len(times) == 3


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "REPOSITORY", tmp_path)
    return tmp_path


def test_start_and_first_paint(repository):
    (repository / "app.py").write_text(
        textwrap.dedent("""
            import os, time
            from http.server import BaseHTTPRequestHandler, HTTPServer

            class Page(BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.send_header("content-type", "text/html")
                    self.end_headers()
                    self.wfile.write(b"<h1>painted</h1>")

            time.sleep(0.3)
            HTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
        """)
    )
    served, *painted = bench.measure(["start"], "", runs=1)["figures"]
    assert 0.3 < served["median"] < 60
    assert len(painted) == (shutil.which("chromium") is not None and app_start.sync_playwright is not None)
    for figure in painted:
        assert served["median"] < figure["median"] < 120


def test_an_app_that_fails_to_start(repository):
    with pytest.raises(ValueError, match=r"no app\.py"):
        bench.measure(["start"], "", runs=1)
    (repository / "app.py").write_text("raise SystemExit(3)")
    with pytest.raises(ValueError, match="exited with code 3"):
        bench.measure(["start"], "", runs=1)


def test_an_unknown_model_is_one_line():
    result = CliRunner().invoke(app, ["bench", "--only", "step", "--model", "nowhere"])
    assert result.exit_code == 2
    assert result.stderr.startswith("unleash: no folder 'nowhere'")
    assert result.stderr.count("\n") == 1


def test_engines_are_compared(model, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "HOME", tmp_path / "cache")
    arguments = ["bench", "--engines", "--model", model, "--runs", "1", "--json", str(tmp_path / "b.json")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    engines = {row["engine"]: row for row in json.loads((tmp_path / "b.json").read_text())["engines"]}
    assert set(engines) == {"torch", *(["openvino"] if find_spec("openvino") else [])}
    assert engines["torch"]["difference"] == 0
    for name, row in engines.items():
        assert name in result.stdout
        assert row["difference"] < 1e-3
        assert row["step"] > 0
        assert row["busy"] > 0


CHECKOUT = """
import sys, time
if "generate" in sys.argv:
    time.sleep({seconds})
class UnleashPipeline:
    labels = ("day",)
    from_pretrained = classmethod(lambda cls, name: cls())
    def stream(self, **_):
        for _ in range(8):
            time.sleep({seconds} / 8)
            yield type("Step", (), {{"image": None}})
"""


def test_two_checkouts_are_timed_in_turn(tmp_path, monkeypatch):
    for name, seconds in (("here", 0.4), ("there", 0.1)):
        (tmp_path / name / "unleash").mkdir(parents=True)
        (tmp_path / name / "app.py").write_text("")
        (tmp_path / name / "unleash" / "__init__.py").write_text(CHECKOUT.format(seconds=seconds))
        (tmp_path / name / "unleash" / "__main__.py").write_text("import unleash\n")
    monkeypatch.setattr(bench, "REPOSITORY", tmp_path / "here")
    monkeypatch.setattr(app_start, "sync_playwright", None)
    figures = {figure.name: figure for figure in ratios(tmp_path / "there", runs=1)}
    assert figures["generate, 4 steps, here"].median > 0.4
    assert figures["step with its picture, here"].median > 0.4 / 8
    for name in ("generate, 4 steps", "step with its picture", "step with its picture, beside a busy core"):
        here, there, ratio = (figures[f"{name}, {what}"].median for what in ("here", "there", "ratio"))
        assert ratio == pytest.approx(here / there)
        assert ratio > 1


def test_what_is_no_checkout_is_one_line(tmp_path):
    result = CliRunner().invoke(app, ["bench", "--against", str(tmp_path)])
    assert result.exit_code == 2
    assert "is no checkout of the project" in result.stderr
