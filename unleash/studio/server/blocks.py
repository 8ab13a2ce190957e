"""The studio's page: its layout and its events."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from math import inf
from time import sleep
from typing import Any

import gradio as gr
from gradio.components import Component

from unleash.canvas.bounds import MAX_PICTURES
from unleash.canvas.settings import SCHEME, EngineName, check_engine
from unleash.studio.server import controls, films, lesson, model_choice, predicting, runs
from unleash.studio.server import menu as models
from unleash.studio.server.asking import RUNS, named
from unleash.studio.server.component import WEB, command, serve_modules
from unleash.studio.server.components.canvas import Canvas
from unleash.studio.server.components.estimate import Estimate
from unleash.studio.server.components.filmstrip import Filmstrip
from unleash.studio.server.components.header import Header
from unleash.studio.server.components.inspector import Inspector
from unleash.studio.server.components.opening import Opening
from unleash.studio.server.components.optionbar import OptionBar, asks
from unleash.studio.server.components.palette import Palette
from unleash.studio.server.components.predictions import Predictions
from unleash.studio.server.components.reel import Reel
from unleash.studio.server.components.run_panel import RunPanel
from unleash.studio.server.components.sizes import Sizes
from unleash.studio.server.controls import Amount, Controls
from unleash.studio.server.downloads import clean_hourly
from unleash.studio.server.endpoints import publish_all
from unleash.studio.server.guard import guarded
from unleash.studio.server.handlers import Handlers, News, examples, label_of
from unleash.studio.server.limits import LONGEST
from unleash.studio.server.live import Live
from unleash.studio.server.mcp import check, end_with_client
from unleash.studio.server.model_choice import ModelChoice
from unleash.studio.server.owner import alone, check_address, reach
from unleash.studio.server.panels import size, vary
from unleash.studio.server.theme import THEME
from unleash.studio.server.toasts import PlainBlocks
from unleash.studio.server.turns import AT_ONCE, ELSEWHERE, LINE, take_turns
from unleash.studio.server.varying import Varying

_INTERNAL: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

_PAGE_FIRST = 2.0
"""Seconds in which the page can be served before the model is loaded."""

SESSIONS = 300
"""Number of most recent visitors whose sessions Gradio keeps, 350 kB each."""


FOLLOWING = 16
"""Pages that can follow the drawing of a large codebook at once."""


@dataclass(frozen=True)
class _Page:
    """The components with events."""

    canvas: Canvas
    filmstrip: Filmstrip
    run_panel: RunPanel
    palette: Palette
    predictions: Predictions
    sizes: Sizes
    estimate: Estimate
    controls: Controls
    vary: vary.VaryPanel
    choice: ModelChoice
    model_before: gr.State
    pictures: Amount
    locked: gr.Checkbox
    dice: gr.Button
    header: Header
    options: OptionBar
    fit: gr.Radio
    pair: tuple[gr.Image, gr.Image]
    settings_kept: gr.BrowserState

    @property
    def model(self) -> gr.Dropdown:
        """The menu of models."""
        return self.choice.menu

    @property
    def kept(self) -> list[Any]:
        """The controls whose values are stored in the browser."""
        return [self.model, self.pictures, self.locked, *self.controls.inputs]

    @property
    def changing(self) -> list[Any]:
        """The outputs that :meth:`changes` sets."""
        return [self.filmstrip, self.options, *self.pair, self.model_before, *self.kept]

    def changes(self, listener: Callable[..., News]) -> Callable[..., dict[Component, Any]]:
        """Wraps a listener that returns `News` for an event whose outputs are ``changing``."""

        @wraps(listener)
        def listen(*given: Any, **named: Any) -> dict[Component, Any]:
            news = listener(*given, **named)
            menu: dict[str, Any] = {"value": news.model if news.chosen else None, "choices": news.offered}
            menu = {name: value for name, value in menu.items() if value is not None}
            shown: dict[Component, Any] = {
                self.filmstrip: news.message or gr.skip(),
                self.model: gr.Dropdown(**menu) if menu else None,
                self.model_before: news.model,
                self.pictures: news.pictures,
                self.locked: news.locked,
            }
            if news.pair is not None:
                images = zip(self.pair, news.pair, strict=True)
                shown |= {half: gr.Image(image, visible=image is not None) for half, image in images}
            if news.settings is not None and news.about is not None:
                updates = controls.updates(news.settings, news.about)
                shown |= {self.controls[name]: value for name, value in updates.items()}
                shown[self.options] = asks(news.about)
            if news.label is not None and news.about is not None:
                shown[self.controls["label"]] = controls.label_menu(news.about.labels, news.label)
            return {component: value for component, value in shown.items() if value is not None}

        return listen


class Studio(PlainBlocks):
    """The studio as a Gradio app.

    Attributes:
        handlers: what it does.
    """

    handlers: Handlers


def build(
    given: Sequence[str] = (),
    may_add: bool = False,
    engine: EngineName = "torch",
    longest: float | None = None,
) -> Studio:
    """The studio as a Gradio app.

    Args:
        given: folders or Hub ids of models to list before the bundled ones.
        may_add: whether models may be added on the page; only safe if nobody but the owner can reach it.
        engine: the engine for the models; torch is used until it is ready.
        longest: predicted seconds that one request may take; None: ``LONGEST``, or no limit if models may be
            added.

    Raises:
        ValueError: if there is no such engine, there is no model, or the first is not a model.
    """
    check_engine(engine)
    runs.prepare()
    serve_modules(examples())
    if longest is None:
        longest = inf if may_add else LONGEST
    handlers = Handlers(models.menu(given), may_add, engine, longest)
    with Studio(
        title="Unleash", analytics_enabled=False, fill_width=True, delete_cache=(3600, 86400)
    ) as demo:
        page = _lay_out(handlers)
        publish_all(handlers, **LINE)  # before the page's own events, which could take their names
        _wire_runs(page, handlers)
        _wire_files(page, handlers)
        _wire_settings(page, handlers, demo)
        predicting.listen(page.predictions, page.model, page.controls["label"], handlers.pipeline)
        size.wire(page.sizes, page.canvas, page.model, handlers.pipeline, LINE)
        size.wire_estimate(page.estimate, page.canvas, page.model, page.pictures, page.controls, handlers)
    lesson.add(demo, handlers, LINE)
    take_turns(demo, ELSEWHERE if engine.startswith(SCHEME) else 1)
    demo.queue(api_open=False)  # or programs could bypass the queue
    demo.handlers = handlers
    return demo


def launch(demo: Studio, **options: Any) -> None:
    """Serve the studio until it is interrupted; ``options`` are passed to ``gr.Blocks.launch``.

    The page comes first: the first model is loaded once a page asks for it, or after a moment.

    Raises:
        ValueError: if the address is not one of this machine, the port is taken, or the first model cannot be
            loaded.
    """
    host, port, share = (options.get(name) for name in ("server_name", "server_port", "share"))
    check_address(host, port)
    clean_hourly(demo)
    demo.launch(
        state_session_capacity=SESSIONS,
        theme=THEME,
        css_paths=[WEB / "studio.css", WEB / "lesson" / "lesson.css"],
        footer_links=["api", "settings"],
        ssr_mode=False,  # the components only exist in the browser
        prevent_thread_lock=True,  # the code below must run
        max_threads=AT_ONCE + 40,  # each event that takes turns occupies a thread
        _frontend=False,  # or Gradio gives up if its page takes three seconds, as on a busy machine
        **guarded(reach(host, bool(share))),
        **options,
    )
    if demo.mcp_server_obj is not None:
        end_with_client(demo.mcp_server_obj)
    try:
        sleep(_PAGE_FIRST)
        demo.handlers.pipeline(next(iter(demo.handlers.offered)))
    except ValueError:
        demo.close()
        raise
    demo.block_thread()


def serve(
    given: Sequence[str] = (),
    host: str = "127.0.0.1",
    port: int | None = None,
    share: bool = False,
    mcp: bool = False,
    engine: EngineName = "auto",
    longest: float | None = None,
) -> None:
    """Build the studio and serve it, as ``unleash studio`` does.

    Raises:
        ValueError: as :func:`build`, or if ``mcp`` is true and its package is not installed.
    """
    if mcp:
        check()
    demo = build(given, alone(host, share), engine, longest)
    launch(demo, server_name=host, server_port=port, share=share, mcp_server=mcp)


def _lay_out(handlers: Handlers) -> _Page:
    first = next(iter(handlers.offered))
    about = handlers.about(first)
    header = Header()
    Opening()
    options = OptionBar(value=asks(about))
    with gr.Row(elem_id="workspace", equal_height=False):
        with gr.Column(elem_id="easel"):
            canvas = Canvas(
                handlers.grid(first), [(label_of(path).replace("-", ", "), path) for path in examples()]
            )
            films.listen(Reel(), filmstrip := Filmstrip())
            predictions = Predictions()
        with gr.Column(elem_id="desk"):
            run_panel = RunPanel()
            estimate = Estimate()
            with gr.Row():
                label = controls.label_menu(about.labels)
                pictures = Amount(
                    1,
                    MAX_PICTURES,
                    value=1,
                    step=1,
                    precision=0,
                    label="Variations",
                    elem_id="pictures",
                )
            prompts = {name: controls.prompt_box(about, name) for name in controls.PROMPTS}
            with gr.Row():
                steps = controls.control("steps", about.defaults.steps, info=None)  # too narrow for a text
                with gr.Row(elem_id="seed-row"):
                    seed = controls.seed_field("seed")
                    dice = gr.Button(
                        "New seed", icon=WEB / "icons" / "dice.svg", size="sm", elem_id="dice", min_width=0
                    )
                    locked = gr.Checkbox(label="Lock", elem_id="lock", min_width=0)
            with gr.Tabs(elem_id="panels"):
                with gr.Tab("Codes", elem_id="codes"):
                    palette = Palette()
                with gr.Tab("Inspect", elem_id="inspect"):
                    Inspector()
                varied = vary.lay_out(about.labels)
                sizes = size.lay_out()
            with gr.Row():
                given = _half("Your picture", "given")
                seen = _half("As the model sees it", "seen")
            with gr.Accordion("Model and sampling", open=False, elem_id="advanced"):
                choice = model_choice.lay_out(handlers, first)
                placed = {"label": label, **prompts, "steps": steps, "seed": seed}
                placed |= controls.for_model(about, about.defaults)
                placed |= controls.others(about.defaults, placed)
                fit = controls.fit_menu()
    return _Page(
        canvas=canvas,
        filmstrip=filmstrip,
        run_panel=run_panel,
        palette=palette,
        predictions=predictions,
        sizes=sizes,
        estimate=estimate,
        controls=Controls(placed),
        vary=varied,
        choice=choice,
        model_before=gr.State(first),
        pictures=pictures,
        locked=locked,
        dice=dice,
        header=header,
        options=options,
        fit=fit,
        pair=(given, seen),
        settings_kept=gr.BrowserState(None, storage_key="unleash.settings", secret="unleash"),
    )


def _half(label: str, name: str) -> gr.Image:
    """One of the pair that is shown after a picture was encoded."""
    return gr.Image(label=label, visible=False, interactive=False, buttons=[], elem_id=name)


def _wire_runs(page: _Page, handlers: Handlers) -> None:
    asked = [page.canvas, page.model, page.locked, page.pictures]
    told = [page.filmstrip, page.controls["seed"]]
    whole, stroke = [*asked, *page.controls.inputs], [page.canvas, page.model, *page.controls.inputs]
    page.canvas.generate(
        named(handlers.generate, whole),
        whole,
        told,
        api_name="run",  # or it would take the name of the API endpoint
        **RUNS,
        **LINE,
        **_INTERNAL,
    )
    new = [page.canvas, page.model, page.pictures, *page.controls.inputs]
    page.canvas.again(named(handlers.again, new), new, told, **RUNS, **LINE, **_INTERNAL)
    stopped = [page.canvas, page.model]
    page.canvas.resume(named(handlers.resume, stopped), stopped, told, **RUNS, **LINE, **_INTERNAL)
    page.canvas.fill(named(Live(handlers).fill, stroke), stroke, told, **RUNS, **LINE, **_INTERNAL)
    vary.wire(
        page.vary, Varying(handlers), page.canvas, asked, page.controls.inputs, told, **LINE, **_INTERNAL
    )
    steers = [page.controls[name].input for name in ("label", "guidance_scale")]
    gr.on(steers, **command("fill-anew"))
    gr.on(
        steers,
        handlers.steer,
        [page.canvas, *page.controls.inputs],
        trigger_mode="always_last",
        queue=False,
        **_INTERNAL,
    )
    page.dice.click(controls.new_seed, None, page.controls["seed"], queue=False, **_INTERNAL)


def _wire_files(page: _Page, handlers: Handlers) -> None:
    opened = page.header.open(
        page.changes(handlers.open_given),
        [page.fit, page.model],
        page.changing,
        trigger_mode="multiple",
        **LINE,
        **_INTERNAL,
    )
    settings = [page.model, page.pictures, page.locked, *page.controls.inputs]
    packed = page.header.pack(
        handlers.pack, settings, page.filmstrip, trigger_mode="multiple", queue=False, **_INTERNAL
    )
    unpacked = page.header.unpack(
        page.changes(handlers.unpack), None, page.changing, trigger_mode="multiple", **LINE, **_INTERNAL
    )
    chosen = page.canvas.example(
        page.changes(handlers.open_example),
        page.model,
        page.changing,
        trigger_mode="multiple",
        **LINE,
        **_INTERNAL,
    )
    model_choice.tell(page.choice, handlers, [opened, chosen, unpacked])
    for event in (opened, chosen, unpacked):
        for ended in (event.success, event.failure):
            ended(**command("file-arrived"))
        event.success(handlers.codebook, page.model, page.palette, concurrency_limit=FOLLOWING, **_INTERNAL)
        page.vary.follow(event.success, Varying(handlers), page.model, page.controls["label"], **_INTERNAL)
    saved = page.canvas.save(
        handlers.save,
        [page.canvas, page.model, *page.controls.inputs],
        page.filmstrip,
        trigger_mode="multiple",
        **LINE,
        **_INTERNAL,
    )
    for event in (packed, saved):
        event.failure(**command("not-saved"))


def _wire_settings(page: _Page, handlers: Handlers, demo: gr.Blocks) -> None:
    switch = (
        page.changes(handlers.switch),
        [page.canvas, page.model, page.model_before, *page.controls.inputs],
        page.changing,
    )
    switched = model_choice.wire(page.choice, handlers, switch, page.model_before, **LINE)
    restored = demo.load(
        page.changes(handlers.restore),
        page.settings_kept,
        page.changing,
        queue=False,
        **_INTERNAL,
    )
    for ended in (restored.success, restored.failure):
        ended(**command("settings-arrived"))
        ended(handlers.loaded, page.model, page.run_panel, **_INTERNAL)
    # Not on the menu's change event: a menu in a closed accordion is not on the page and triggers none.
    model_choice.tell(page.choice, handlers, [*switched, restored])
    for event in (*switched, restored):
        event.success(handlers.codebook, page.model, page.palette, concurrency_limit=FOLLOWING, **_INTERNAL)
        page.vary.follow(event.success, Varying(handlers), page.model, page.controls["label"], **_INTERNAL)
    scene = page.controls["label"]
    page.vary.follow(scene.input, Varying(handlers), page.model, scene, **_INTERNAL)
    gr.on(
        [control.change for control in page.kept],
        lambda *values: list(values),
        page.kept,
        page.settings_kept,
        queue=False,
        **_INTERNAL,
    )
