"""Known models by their short names, from a local server that speaks the Hub's protocol."""

import errno
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import huggingface_hub.constants as hub_constants
import numpy as np
import pytest
from typer.testing import CliRunner

from tests.hub import COMMIT, digest, serving
from unleash import UnleashPipeline
from unleash.cli import app
from unleash.models import fetching
from unleash.models.cards import read_card
from unleash.models.checkpoints import CheckpointError
from unleash.models.folders import resolve
from unleash.models.known import KNOWN, Published
from unleash.studio.server.model_downloads import Getter, message

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


def test_a_pinned_file_that_was_replaced_is_refused(hub):
    model = KNOWN["halton-256-tiny"]
    own = digest(HALTON / "vq_ds16_c2i.pt")
    pinned = replace(model.tokenizer, revision=COMMIT, sha256="0" * 64)
    with pytest.raises(
        CheckpointError, match=rf"vq_ds16_c2i.pt is not the pinned file: its SHA-256 is {own}, not 0+;"
    ):
        fetching.fetch_known(replace(model, tokenizer=pinned))
    fetching.fetch_known(replace(model, tokenizer=replace(pinned, sha256=own)))
    assert any(f"LlamaGen/resolve/{COMMIT}/" in request for request in hub.asked)


def test_a_revision_that_is_asked_for_goes_before_the_pinned_one(hub):
    model = KNOWN["halton-256-tiny"]
    pinned = replace(model.predictor, revision=COMMIT, sha256="0" * 64)
    assert fetching.fetch_known(replace(model, predictor=pinned), "main").name == "halton-256-tiny@main"
    assert not any(f"Halton-Maskgit/resolve/{COMMIT}/" in request for request in hub.asked)


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


def test_a_download_is_told_of_and_its_card_says_where_it_is_from(hub, tmp_path):
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n# Halton\n![x](a.png)\n")
    hub.add("llvictorll/Halton-Maskgit", tmp_path, "README.md")
    told = []
    folder = fetching.fetch_known(KNOWN["halton-256-tiny"], told=told.append)
    assert told[-1] is None
    assert sum(told[:-1]) == sum(
        (HALTON / name).stat().st_size for name in ("vq_ds16_c2i.pt", "ImageNet_256_tiny.pth")
    )
    card = read_card(folder)
    assert card.licence == "MIT"
    for said in ("# Halton", "llvictorll/Halton-Maskgit", "FoundationVision/LlamaGen"):
        assert said in card.text
    assert "a.png" not in card.text


def test_a_download_that_is_stopped_resumes_where_it_ended(hub):
    whole = (HALTON / "vq_ds16_c2i.pt").stat().st_size
    arrived = 0

    def stop(more):
        nonlocal arrived
        arrived += more or 0
        if arrived > whole + 100_000:  # the first piece of the second file is written, the second is not
            raise fetching.FetchStoppedError

    with pytest.raises(fetching.FetchStoppedError):
        fetching.fetch_known(KNOWN["halton-256-tiny"], told=stop)
    assert not fetching.is_here(KNOWN["halton-256-tiny"])
    left = []
    fetching.fetch_known(KNOWN["halton-256-tiny"], told=left.append)
    assert (hub.fetched("vq_ds16_c2i.pt"), hub.fetched("ImageNet_256_tiny.pth")) == (1, 2)
    assert resumed_at(hub, "ImageNet_256_tiny.pth") > 0
    assert sum(left[:-1]) == (HALTON / "ImageNet_256_tiny.pth").stat().st_size, "what is there counts"


KILLED = """
import sys
from unleash.models import fetching
from unleash.models.known import KNOWN
fetching.fetch_known(KNOWN["halton-256-tiny"], told=lambda arrived: print(arrived, flush=True))
"""


@pytest.mark.slow
def test_a_download_whose_process_is_killed_resumes_where_it_ended(hub, tmp_path):
    hub.pause = 0.05
    given = {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "0"}
    # Pieces must be smaller than the file for some of it to arrive.
    code = "import huggingface_hub.constants as c; c.DOWNLOAD_CHUNK_SIZE = 50_000\n" + KILLED
    command = [sys.executable, "-c", code]
    home = Path(__file__).parents[1]
    process = subprocess.Popen(command, cwd=home, env=os.environ | given, stdout=subprocess.PIPE, text=True)
    while int(process.stdout.readline()) == 0:
        pass
    process.stdout.readline()
    process.kill()
    process.wait()
    hub.pause = 0
    assert (resolve("halton-256-tiny") / "model_index.json").is_file()
    assert resumed_at(hub, "vq_ds16_c2i.pt") > 0
    assert not list((tmp_path / "cache").rglob("*.part"))


def resumed_at(hub, name):
    """From which byte the last download of a file was."""
    last = [request for request in hub.asked if request.startswith("GET") and name in request][-1]
    return int(last.partition("bytes=")[2].rstrip("-") or 0)


def ended(getter):
    """The last message about a download."""
    return list(getter.follow())[-1]["fetch"]


def test_the_page_follows_a_download_to_its_end():
    getter = Getter()
    with pytest.raises(ValueError, match="not one of the public models"):
        getter.begin("weights/scenes")
    getter.begin("halton-256-tiny")
    with pytest.raises(ValueError, match="halton-256-tiny is being downloaded: wait for it, or cancel it"):
        getter.begin("paper-churches")
    assert ended(getter)["stage"] == "done"
    (shown,) = (model for model in message(None)["models"] if model["name"] == "halton-256-tiny")
    assert shown["here"]
    assert ended(getter)["said"] == "halton-256-tiny is ready: press Use to paint with it."


def test_what_goes_wrong_with_a_download_is_said_in_a_line_and_the_next_one_goes_on(hub):
    getter = Getter()
    del hub.repositories["FoundationVision/LlamaGen"]
    getter.begin("halton-256-tiny")
    assert "was moved or deleted" in ended(getter)["said"]
    assert "\n" not in ended(getter)["said"]
    hub.add("FoundationVision/LlamaGen", HALTON, "vq_ds16_c2i.pt")
    getter.begin("halton-256-tiny")
    assert ended(getter)["stage"] == "done"


def test_a_download_that_is_cancelled_says_so(monkeypatch):
    getter = Getter()
    monkeypatch.setattr(Getter, "_told", told_after(getter.cancel, Getter._told))
    getter.begin("halton-256-tiny")
    assert ended(getter)["said"] == "Cancelled. The next download resumes where this one ended."
    assert not fetching.is_here(KNOWN["halton-256-tiny"])


def told_after(first, told):
    def both(getter, arrived):
        first()
        told(getter, arrived)

    return both
