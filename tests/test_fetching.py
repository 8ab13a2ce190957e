"""Known models by their short names, from a local server that speaks the Hub's protocol."""

import errno
from dataclasses import replace
from pathlib import Path

import huggingface_hub.constants as hub_constants
import numpy as np
import pytest
from typer.testing import CliRunner

from tests.hub import serving
from unleash import UnleashPipeline
from unleash.cli import app
from unleash.models import fetching
from unleash.models.checkpoints import CheckpointError
from unleash.models.folders import resolve
from unleash.models.known import KNOWN, Published

FIXTURES = Path(__file__).parent / "fixtures"
CHURCHES, HALTON = FIXTURES / "parity-hub-churches", FIXTURES / "parity-halton"


@pytest.fixture(autouse=True)
def hub(tmp_path, monkeypatch):
    """A hub with the small models at the real names, and an empty cache."""
    monkeypatch.setattr("time.sleep", lambda _: None)  # between the Hub's client's attempts
    with serving() as running:
        monkeypatch.setattr(hub_constants, "ENDPOINT", running.address)
        template = running.address + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(hub_constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(hub_constants, "HF_HUB_CACHE", str(tmp_path / "cache" / "hub"))
        monkeypatch.setattr(hub_constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(hub_constants, "DOWNLOAD_CHUNK_SIZE", 100_000)
        running.add(
            "nielsr/absorbing-diffusion-churches",
            CHURCHES,
            "model_index.json",
            *(
                f"{part}/{name}"
                for part in ("vae", "transformer")
                for name in ("config.json", "diffusion_pytorch_model.bin")
            ),
        )
        running.add("llvictorll/Halton-Maskgit", HALTON, "ImageNet_256_tiny.pth")
        running.add("FoundationVision/LlamaGen", HALTON, "vq_ds16_c2i.pt")
        # The small model has the heads of tiny, but another width.
        monkeypatch.setattr("unleash.models.families.halton.maskgit.HEADS", {64: 6})
        yield running


@pytest.fixture
def small_churches(monkeypatch):
    """The small model has random weights: it cannot give what was published of the real one."""
    monkeypatch.setitem(KNOWN, "paper-churches", replace(KNOWN["paper-churches"], published=None))


def test_a_short_name_is_fetched_and_converted_once(hub):
    folder = resolve("halton-256-tiny")
    assert folder == Path(hub_constants.HF_HUB_CACHE).parent / "unleash" / "halton-256-tiny"
    assert hub.fetched("ImageNet_256_tiny.pth") == hub.fetched("vq_ds16_c2i.pt") == 1
    asked = len(hub.asked)
    assert resolve("halton-256-tiny") == folder
    assert len(hub.asked) == asked
    pipe = UnleashPipeline.from_pretrained("halton-256-tiny")
    assert pipe(num_inference_steps=1, label="church").images[0].size == (256, 256)


@pytest.mark.usefixtures("small_churches")
def test_the_hub_id_of_a_known_model_is_its_name(hub):
    folder = resolve("nielsr/absorbing-diffusion-churches")
    assert folder == resolve("paper-churches")
    assert hub.fetched("vae/diffusion_pytorch_model.bin") == 1


def test_a_model_that_is_not_what_was_published_is_refused(monkeypatch):
    with pytest.raises(CheckpointError, match=r"not the published one: its logits differ by"):
        resolve("paper-churches")
    near = replace(KNOWN["paper-churches"].published, tokens=(96,) * 3)
    monkeypatch.setitem(KNOWN, "paper-churches", replace(KNOWN["paper-churches"], published=near))
    with pytest.raises(CheckpointError, match=r"its logits differ by \d+"):
        resolve("paper-churches")
    assert not fetching.is_here(KNOWN["paper-churches"])


def test_a_model_that_is_what_was_published_is_taken(monkeypatch):
    with np.load(CHURCHES / "expected.npz") as expected:
        tokens, logits = expected["tokens"][0], expected["logits"][0, :3, :3]
    said = Published(tuple(tokens.tolist()), tuple(map(tuple, logits.tolist())), 1e-3)
    monkeypatch.setitem(KNOWN, "paper-churches", replace(KNOWN["paper-churches"], published=said))
    assert resolve("paper-churches").is_dir()


@pytest.mark.usefixtures("small_churches")
def test_our_own_layout_from_the_hub(hub):
    hub.add("some/model", resolve("paper-churches"))
    pipe = UnleashPipeline.from_pretrained("some/model")
    assert pipe.blank().codebook_size == 96


def test_an_interrupted_download_goes_on_where_it_ended(hub):
    hub.cuts = 1
    resolve("halton-256-tiny")
    whole, rest = (request for request in hub.asked if request.startswith("GET") and "LlamaGen" in request)
    half = (HALTON / "vq_ds16_c2i.pt").stat().st_size // 2
    assert "bytes=" not in whole
    assert 0 < int(rest.split("bytes=")[1].rstrip("-")) <= half


def test_a_download_that_is_interrupted_again_and_again(hub):
    hub.cuts = 1000
    with pytest.raises(
        CheckpointError, match="halton-256-tiny has not been downloaded, and the Hub cannot be reached"
    ):
        resolve("halton-256-tiny")
    hub.cuts = 0
    assert (resolve("halton-256-tiny") / "model_index.json").is_file()


def test_a_damaged_download_is_deleted_and_the_next_one_is_right(hub):
    hub.damaged = True
    with pytest.raises(
        CheckpointError, match=r"damaged during the download .* has been deleted: run it again"
    ):
        resolve("halton-256-tiny")
    hub.damaged = False
    assert (resolve("halton-256-tiny") / "model_index.json").is_file()


def test_no_network(monkeypatch):
    monkeypatch.setattr(hub_constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(
        hub_constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}",
    )
    for name in ("halton-256-tiny", "paper-churches", "some/model"):
        with pytest.raises(
            CheckpointError, match=f"{name} has not been downloaded, and the Hub cannot be reached"
        ):
            resolve(name)


def test_offline_by_choice(monkeypatch):
    monkeypatch.setattr(hub_constants, "HF_HUB_OFFLINE", True)
    for name in ("halton-256-tiny", "paper-churches", "some/model"):
        with pytest.raises(
            CheckpointError, match=f"{name} has not been downloaded, and HF_HUB_OFFLINE is set"
        ):
            resolve(name)


def test_what_is_here_opens_without_a_network(monkeypatch):
    folder = resolve("halton-256-tiny")
    monkeypatch.setattr(hub_constants, "HF_HUB_OFFLINE", True)
    assert resolve("halton-256-tiny") == folder


def test_no_space(hub, monkeypatch):
    usage = type("Usage", (), {"free": 10**8})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(CheckpointError, match=r"amused-512 takes 7.0 GB and 0.1 GB are free .* set HF_HOME"):
        resolve("amused-512")
    assert hub.asked == []


def test_a_disk_that_fills_up_on_the_way(monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetching, "hf_hub_download", full)
    with pytest.raises(CheckpointError, match=r"the disk of .* is full: free some space, or set HF_HOME"):
        resolve("halton-256-tiny")


def test_a_repository_or_file_that_was_moved(hub):
    del hub.repositories["FoundationVision/LlamaGen"]
    with pytest.raises(CheckpointError, match="nor FoundationVision/LlamaGen on the Hub: the name"):
        resolve("halton-256-tiny")
    with pytest.raises(CheckpointError, match="nor some/model on the Hub: the name"):
        resolve("some/model")
    hub.add("FoundationVision/LlamaGen", HALTON, "vq_ds16_c2i.pt")
    with pytest.raises(
        CheckpointError, match=r"Halton-Maskgit on the Hub has no ImageNet_256_base.pth any more"
    ):
        resolve("halton-256-base")


@pytest.mark.usefixtures("small_churches")
def test_a_revision():
    with pytest.raises(CheckpointError, match="has no revision 'v2'"):
        resolve("paper-churches", "v2")
    assert resolve("paper-churches", "main").name == "paper-churches@main"


def test_a_hub_that_is_busy(hub):
    hub.status = 503
    with pytest.raises(CheckpointError, match="halton-256-tiny"):
        resolve("halton-256-tiny")


def test_from_the_shell(tmp_path):
    out = tmp_path / "church.png"
    arguments = [
        "generate",
        "--model",
        "halton-256-tiny",
        "--label",
        "church",
        "--steps",
        "1",
        "--out",
        str(out),
    ]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert out.is_file()
    result = CliRunner().invoke(app, ["generate", "--model", "halton-256-huge", "--out", str(out)])
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert "unleash models" in result.stderr
