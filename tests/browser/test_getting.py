"""Public models fetched from the page, of a local server that speaks the Hub's protocol."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests import hub
from tests.hub import Hub

from .conftest import START, serving
from .studio import Studio

pytestmark = pytest.mark.slow

HALTON = Path(__file__).parents[1] / "fixtures" / "parity-halton"
SMALL = """
# The small model has the heads of tiny, but another width; its files are told of in more than one piece.
from unleash.models.families.halton import maskgit
maskgit.HEADS = {64: 6}
from huggingface_hub import constants
constants.DOWNLOAD_CHUNK_SIZE = 100_000
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Hub]:
    """The small model at its real name."""
    with hub.serving() as running:
        running.add("llvictorll/Halton-Maskgit", HALTON, "ImageNet_256_tiny.pth")
        running.add("FoundationVision/LlamaGen", HALTON, "vq_ds16_c2i.pt")
        yield running


@pytest.fixture(scope="module")
def own_url(server: Hub, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app as it runs for its owner, with an empty cache."""
    given = {
        "HF_ENDPOINT": server.address,
        "HF_HOME": str(tmp_path_factory.mktemp("hub")),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DOWNLOAD_TIMEOUT": "2",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        patch.delenv("HF_HUB_OFFLINE", raising=False)
        with serving(model, tmp_path_factory.mktemp("gradio"), "owner", SMALL + START) as address:
            yield address


def test_the_owner_gets_a_model_and_paints_with_it(page: Page, own_url: str, server: Hub) -> None:
    studio = Studio(page).visit(own_url)
    page.get_by_text("Model and sampling").click()
    page.get_by_text("Get another model").click()
    table = page.locator("#getting")
    row = table.locator("li[data-name=halton-256-tiny]")
    expect(row).to_contain_text("photographs of ImageNet's 1,000 classes")
    expect(row).to_contain_text("to download")
    expect(row).to_contain_text("licence: MIT")
    expect(table.locator(".free")).to_contain_text("free on this disk")
    table.get_by_role("button", name="Get halton-384-tiny").click()
    said = table.get_by_role("status")
    expect(said).to_contain_text("llvictorll/Halton-Maskgit on the Hub has no ImageNet_384_tiny.pth any more")
    server.pause = 0.1
    row.get_by_role("button", name="Get").click()
    expect(table.get_by_role("button", name="Get paper-churches")).to_be_disabled()
    row.get_by_role("button", name="Cancel").click()
    expect(said).to_contain_text("Cancelled. The next download resumes where this one ended.")
    server.pause = 0
    row.get_by_role("button", name="Get").click()
    expect(said).to_contain_text("halton-256-tiny is ready")
    row.get_by_role("button", name="Use").click()
    expect(page.locator("#model input")).to_have_value("halton-256-tiny")
    expect(page.locator("#model-facts")).to_contain_text("96 codes")
    page.get_by_text("About this model").click()
    expect(page.locator("#card")).to_contain_text("MIT")
    expect(page.locator("#card")).to_contain_text("llvictorll/Halton-Maskgit")
    expect(page.locator("#options .open-regions")).to_be_visible()
    studio.set_number("steps", 1)
    studio.tool("Mask all")
    studio.generate()
    assert "halton-256-tiny" in studio.page.input_value("#model input")


def test_visitors_never_see_it(studio: Studio, url: str, own_url: str) -> None:
    page = studio.page
    page.get_by_text("Model and sampling").click()
    expect(page.get_by_text("About this model")).to_be_visible()
    expect(page.get_by_text("Get another model")).to_have_count(0)

    def fields(address: str) -> list[str]:
        config = httpx.get(f"{address}/config").json()
        return [component["props"].get("elem_id") for component in config["components"]]

    assert "getting" in fields(own_url)
    assert "getting" not in fields(url)
    page.get_by_text("About this model").click()
    expect(page.locator("#card")).to_contain_text("Licence: mit")
