"""Which model: the menu, what is told of the model, and models its owner adds."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from unleash.studio import alone
from unleash.studio.server.handlers import Handlers

from . import tiny
from .conftest import serving
from .studio import Studio


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that is not in the menu, of as many cells and other codes."""
    return tiny.save(tmp_path_factory.mktemp("models") / "other")


@pytest.fixture(scope="module")
def own_url(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app as it runs for its owner."""
    with serving(model, tmp_path_factory.mktemp("gradio"), "owner") as address:
        yield address


def test_what_the_model_is_stands_below_the_menu(studio: Studio) -> None:
    studio.page.get_by_text("Model and sampling").click()
    codes = f"16×16 cells of 16 pixels · {studio.mask_token} codes"
    expect(studio.page.locator("#model-facts")).to_contain_text(codes)
    expect(studio.page.locator("#model-facts")).to_contain_text("M parameters")


@pytest.mark.slow
def test_the_owner_adds_a_model_and_keeps_the_canvas(page: Page, own_url: str, other: Path) -> None:
    studio = Studio(page).visit(own_url)
    studio.set_number("steps", 2)
    studio.generate()
    studio.drag((2, 2), (2, 5))
    before, masked = studio.state, studio.masked
    sheet = "document.querySelector('[style*=--sheet]').style.getPropertyValue('--sheet')"
    codebook = page.evaluate(sheet)
    page.get_by_text("Model and sampling").click()
    field = page.get_by_label("Another model")
    field.fill("/nowhere/at-all")
    field.press("Enter")
    expect(page.locator(".toast-body")).to_contain_text("No folder '/nowhere/at-all'")
    assert studio.state == before
    field.fill(str(other))
    page.locator("#add").click()
    expect(page.locator("#model input")).to_have_value("other")
    expect(page.locator("#model-facts")).to_contain_text(f"{tiny.CODES} codes")
    expect(field).to_have_value("")
    expect(page.locator(".results li")).to_have_count(0)
    assert studio.masked == masked
    assert max(studio.state["base"]) < tiny.CODES
    assert studio.state["base"] != before["base"], "the same picture in the other model's codes"
    page.wait_for_function(f"{sheet} !== {codebook!r}")
    carried = studio.state
    page.reload()
    page.wait_for_selector("#palette [data-word]")
    page.get_by_text("Model and sampling").click()
    expect(page.locator("#model input")).to_have_value("other")
    page.wait_for_function(f"{sheet} !== {codebook!r}")
    assert studio.state == carried
    page.click("#model input")
    page.get_by_role("option", name="scenes").click()
    expect(page.locator(".results li")).to_have_count(1)
    page.wait_for_function(f"{sheet} === {codebook!r}")


OTHER_CODES = """() => new Promise((resolve) => {
    const kept = JSON.parse(localStorage.getItem("unleash.canvas.1"));
    kept.state.codebook -= 1;
    for (const storage of [localStorage, sessionStorage])
        storage.setItem("unleash.canvas.1", JSON.stringify(kept));
    indexedDB.open("unleash").onsuccess = ({ target: { result: database } }) => {
        const store = database.transaction("pictures", "readwrite").objectStore("pictures");
        store.openCursor().onsuccess = ({ target: { result: cursor } }) => {
            if (!cursor) return database.close() ?? resolve();
            cursor.value.recipe.canvas.codebook_size -= 1;
            cursor.update(cursor.value);
            cursor.continue();
        };
    };
})"""
"""What the browser kept, as if it had been made with weights of another codebook."""


@pytest.mark.slow
def test_what_was_made_with_weights_that_are_no_more_is_opened_as_a_picture(studio: Studio) -> None:
    page = studio.page
    studio.set_number("steps", 2)
    studio.generate()
    made = studio.state
    page.evaluate(OTHER_CODES)
    page.reload()
    expect(page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    expect(page.locator("#given img")).to_be_visible()
    opened = studio.state
    assert opened["codebook"] == made["codebook"]
    assert opened["picture"]["url"] != made["picture"]["url"], "encoded anew"
    studio.tool("New canvas")
    page.locator(".results button").click()
    expect(page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    studio.tool("Mask all")
    studio.generate()


def test_visitors_cannot_add_a_model(studio: Studio, url: str, own_url: str) -> None:
    studio.page.get_by_text("Model and sampling").click()
    expect(studio.page.locator("#model-facts")).to_be_visible()
    expect(studio.page.locator("#wanted-model")).to_have_count(0)

    def fields(address: str) -> list[str]:
        config = httpx.get(f"{address}/config").json()
        return [component["props"].get("elem_id") for component in config["components"]]

    assert "wanted-model" in fields(own_url)
    assert "wanted-model" not in fields(url)


def test_only_what_nobody_else_can_reach_is_the_owners_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRADIO_SERVER_NAME", "GRADIO_SHARE", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    assert alone()
    assert alone("127.0.0.1")
    assert not alone("0.0.0.0")
    assert not alone("127.0.0.1", share=True)
    monkeypatch.setenv("SPACE_ID", "someone/unleash")
    assert not alone("127.0.0.1")


def test_the_server_refuses_a_model_that_a_visitor_names(other: Path) -> None:
    with pytest.raises(ValueError, match="only the owner of the studio"):
        Handlers({"scenes": "weights/scenes"}).add(str(other))
    with pytest.raises(ValueError, match="there is no model"):
        Handlers({"scenes": "weights/scenes"}).pipeline(str(other))
