"""Markup in what is opened, typed or sent stays text: nothing is rendered and nothing fetched."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from playwright.sync_api import Browser, Page, expect

from unleash import TokenCanvas, UnleashPipeline
from unleash.canvas.messages import quoted
from unleash.canvas.recipe import Recipe
from unleash.models.families.absorbing.transformer import BidirectionalTransformer

from . import tiny
from .conftest import serving
from .studio import Studio

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

TRAP = "//trap.invalid/"
PAYLOADS = [
    f"<img src={TRAP}1 onerror=alert(1)>",
    f"<svg onload=alert(1)><image href={TRAP}2 /></svg>",
    f"<svg><use href={TRAP}3 /></svg>",
    f"<form action={TRAP}4><button>Sign in</button>",
    f"<a href={TRAP}5>Sign in</a>",
    "<a href=javascript:alert(1)>Sign in</a>",
    f"<iframe src={TRAP}6></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    f"<style>@import '{TRAP}7';</style>",
    f"<b style=background:url({TRAP}8)>bold</b>",
    f"<link rel=stylesheet href={TRAP}9>",
    f"<script src={TRAP}10></script>",
    "<script>alert(1)</script>",
    f"<object data={TRAP}11></object>",
    f"<embed src={TRAP}12>",
    f"<video poster={TRAP}13 autoplay></video>",
    f"<audio src={TRAP}14 autoplay></audio>",
    f"<input type=image src={TRAP}15>",
    f"<meta http-equiv=refresh content='0;{TRAP}16'>",
    f"<base href={TRAP}17>",
    "<details open ontoggle=alert(1)>open",
    "<math><mtext><h1>large</h1></mtext></math>",
    "<h1>large</h1><marquee>moving</marquee>",
    f"![a picture]({TRAP}18)",
    "[a link](javascript:alert(1))",
    "**bold** `code` <!-- comment",
    "&lt;img src=x&gt; &amp;amp; &#60;b&#62;",
    "{{ 7 * 7 }} ${alert(1)} {% raw %}",
    '"><img src=x onerror=alert(1)><"',
    "'-alert(1)-' </div></body>",
    "＜img src=x＞ \u202e>gmi<\u202c \u200bzero",
    f"<template><img src={TRAP}19></template>",
]


class Watch:
    """A page on which nothing may be fetched from elsewhere, and nothing may pop up."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.unasked: list[str] = []
        page.on("request", lambda request: self._saw(request.url, url))
        page.on("dialog", lambda dialog: (self.unasked.append(dialog.message), dialog.dismiss()))

    def _saw(self, address: str, url: str) -> None:
        if not address.startswith((url, "data:", "blob:")) or "trap" in address:
            self.unasked.append(address)

    def all_text(self) -> None:
        """No toast holds an element."""
        texts = self.page.get_by_test_id("toast-text")
        assert texts.evaluate_all("all => all.every((text) => text.children.length === 0)")

    def reads(self, said: str) -> None:
        """A toast says just this, as text alone; then it is closed."""
        texts = self.page.get_by_test_id("toast-text")
        said = " ".join(said.split())
        self.page.wait_for_function(
            """(said) => [...document.querySelectorAll("[data-testid=toast-text]")]
                .some((text) => text.textContent.replace(/\\s+/g, " ").trim() === said)""",
            arg=said,
            timeout=60_000,
        )
        self.all_text()
        self.page.evaluate("document.querySelectorAll('[data-testid=toast-close]').forEach((x) => x.click())")
        expect(texts).to_have_count(0)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose name and labels are markup."""
    folder = tiny.save(tmp_path_factory.mktemp("models") / "<img src=x onerror=alert(1)>")
    pipe = UnleashPipeline.from_pretrained(folder)
    labels = (PAYLOADS[0], PAYLOADS[3])
    old = pipe.transformer.config
    sizes = {name: old[name] for name in ("codebook_size", "grid_size", "width", "num_layers", "num_heads")}
    BidirectionalTransformer(**sizes, label_names=labels).save_pretrained(folder / "transformer")
    return folder


@pytest.fixture(scope="module")
def own_url(named: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app as it runs for its owner, with that model first."""
    with serving(named, tmp_path_factory.mktemp("gradio"), "owner") as address:
        yield address


@pytest.fixture
def watch(page: Page, url: str) -> Iterator[Watch]:
    """A studio that is watched."""
    watch = Watch(page, url)
    Studio(page).visit(url)
    yield watch
    page.wait_for_timeout(300)
    assert watch.unasked == []


def shared(studio: Studio, **changes: Any) -> dict[str, Any]:
    """A recipe that someone sends, for this studio's first model but for the changes."""
    canvas = TokenCanvas.blank(16, 16, studio.mask_token)
    recipe = Recipe(model="weights/scenes", canvas=canvas)
    return json.loads(recipe.to_json()) | changes


def send(studio: Studio, recipe: dict[str, Any], name: str = "shared.json") -> None:
    data = json.dumps(recipe).encode()
    studio.open({"name": name, "mimeType": "application/json", "buffer": data})


def test_the_model_of_a_recipe_is_text(watch: Watch, model: Path) -> None:
    studio = Studio(watch.page)
    recipe = shared(studio)
    for seed, payload in enumerate(PAYLOADS, start=1):
        send(studio, recipe | {"model": payload, "settings": {"seed": seed}})
        which = f"which is not in the menu: {model.name} is used instead."
        watch.reads(f"This was made with {quoted(payload)}, {which}")
        expect(watch.page.locator("#seed input")).to_have_value(str(seed))


def test_a_field_of_a_recipe_or_canvas_is_text(watch: Watch) -> None:
    studio = Studio(watch.page)
    recipe = shared(studio)
    for payload in PAYLOADS:
        odd = recipe["canvas"] | {payload: 1}
        send(studio, recipe | {"canvas": odd})
        known = "expected codebook_size, base, masked, pins, rules"
        watch.reads(f"Canvas: the canvas has an unknown field {quoted(payload)}; {known}")
        send(studio, recipe | {"settings": {"reveal_order": payload}})
        expect(watch.page.get_by_test_id("toast-text")).to_contain_text(f"not {quoted(payload)}")
        watch.reads(watch.page.get_by_test_id("toast-text").text_content() or "")


def test_the_label_of_a_recipe_is_text(watch: Watch) -> None:
    studio, page = Studio(watch.page), watch.page
    recipe = shared(studio, codes=[[0] * 16] * 16)
    for payload in PAYLOADS:
        send(studio, recipe | {"settings": {"label": payload, "seed": 7}})
        page.wait_for_function(
            """(label) => {
                window.dispatchEvent(new Event("pagehide"));
                const kept = JSON.parse(localStorage.getItem("unleash.canvas.1"));
                return kept.state.recipe?.settings.label === label;
            }""",
            arg=payload,
        )
        assert re.fullmatch(r"unleash-[\w-]{1,40}-7\.png", studio.save().suggested_filename)
    assert page.locator(".results img").count() == len(PAYLOADS)
    assert page.locator(".results button").first.get_attribute("title")


def test_the_name_of_an_uploaded_file_is_text(watch: Watch) -> None:
    studio, page = Studio(watch.page), watch.page
    for payload in PAYLOADS:
        name = payload.replace("/", "∕") + ".png"
        studio.open({"name": name, "mimeType": "image/png", "buffer": b"no picture"})
        text = page.get_by_test_id("toast-text")
        expect(text).to_contain_text("is not a picture")
        watch.reads(text.text_content() or "")


def test_a_model_that_its_owner_types_is_text(browser: Browser, own_url: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    watch = Watch(page, own_url)
    Studio(page).visit(own_url)
    page.get_by_text("Model and sampling").click()
    field = page.get_by_label("Another model")
    for payload in (payload for payload in PAYLOADS if payload.count("/") != 1):
        field.fill(payload)
        field.press("Enter")
        watch.reads(
            f"No folder {quoted(payload)}; give a model folder, a name that `unleash models` lists, "
            "or a Hub id such as owner/name"
        )
    page.wait_for_timeout(300)
    assert watch.unasked == []
    context.close()


def test_names_and_labels_of_a_model_are_text_in_its_menus(
    browser: Browser, own_url: str, named: Path
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    watch = Watch(page, own_url)
    studio = Studio(page).visit(own_url)
    page.click("#label input")
    expect(page.get_by_role("option", name=PAYLOADS[0])).to_be_visible()
    page.get_by_role("option", name=PAYLOADS[3]).click()
    expect(page.locator("#label input")).to_have_value(PAYLOADS[3])
    studio.set_number("steps", 2)
    studio.generate()
    page.get_by_text("Model and sampling").click()
    expect(page.locator("#model input")).to_have_value(named.name)
    page.click("#model input")
    page.get_by_role("option", name="scenes").click()
    page.wait_for_timeout(500)
    page.click("#model input")
    page.get_by_role("option", name=named.name).click()
    expect(page.locator("#model-facts")).to_contain_text(f"{tiny.CODES} codes")
    assert page.locator("img[src=x], [action*=trap], [src*=trap]").count() == 0
    page.wait_for_timeout(300)
    watch.all_text()
    assert watch.unasked == []
    context.close()


def test_programs_read_markup_as_it_was_given(url: str, tmp_path: Path) -> None:
    client = Client(url, verbose=False)
    for payload in PAYLOADS:
        with pytest.raises(AppError) as caught:
            client.predict(label=payload, api_name="/generate")
        assert f"no label {quoted(payload)};" in str(caught.value)
    path = tmp_path / "a<b>&amp;.png"
    path.write_bytes(b"no picture")
    with pytest.raises(AppError, match="is not a picture"):
        client.predict(image=handle_file(path), api_name="/encode")
