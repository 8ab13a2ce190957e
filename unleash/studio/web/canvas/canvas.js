/** The canvas component: the stage with the picture and the grid, its toolbar, its live region. */

import { blended, toSave } from "../page/blending.js";
import { brush } from "../page/geometry.js";
import { images } from "../page/images.js";
import { predictions } from "../page/predictions.js";
import { offer } from "../page/commands.js";
import { rulesAt } from "../page/rules.js";
import { store } from "../page/store.js";
import { sprite } from "../page/codes.js";
import { toServer } from "../page/wire.js";
import { draw, readColors } from "./draw.js";
import { acceptDrops, openPicture } from "./drop.js";
import { listen } from "./gestures.js";
import { softBrush } from "./softbrush.js";
import { steer } from "./keyboard.js";
import { bindToolbar } from "./toolbar.js";
import { describe, tip } from "./tools.js";
import { FIT, layout, panBy, pointAt, reveal, zoomAt } from "./view.js";

// The runs that a person asks for by a button or a key; the store asks for those of strokes.
const RUNS = ["generate", "more", "relight", "blend"];

/** Called once by Gradio's hook when the component is on the page. */
export function mount({ element, props, trigger }) {
  const stage = element.querySelector(".stage");
  const surface = stage.querySelector("canvas");
  const context = surface.getContext("2d");
  const screen = new Screen(stage, surface, context);

  listen(surface, screen);
  steer(surface, screen.cursor);
  bindToolbar(element, screen);
  acceptDrops(element.querySelector(".frame"));

  const live = element.querySelector(".live");
  store.addEventListener("say", ({ detail }) => (live.textContent = detail));
  store.addEventListener("reopen", ({ detail }) => openPicture(detail));
  // The server sees the canvas as it is, and which run the page waits for.
  const tell = (more) => {
    props.value = {
      canvas: toServer(store.state),
      recipe: store.state.recipe,
      run: store.run?.id ?? null,
      ...more,
    };
  };
  let named = null;
  const tellRun = () => {
    if (named === (store.run?.id ?? null)) return;
    named = store.run?.id ?? null;
    tell();
  };
  store.addEventListener("change", ({ detail }) => {
    screen.highlight(detail?.revealed);
    tell();
  });
  store.addEventListener("run", tellRun);
  store.addEventListener("ask", () => {
    const { kind, canvas } = store.asked;
    tell({ canvas: toServer(canvas), recipe: null });
    trigger(kind);
  });
  offer({
    ...Object.fromEntries(RUNS.map((kind) => [kind, () => store.ask(kind)])),
    stop: () => store.stopRun(),
    async save() {
      const { state } = store;
      const pixels = store.tool.keepPixels ? await toSave(state) : null;
      tell({ canvas: toServer(state), recipe: state.recipe, pixels });
      trigger("save");
    },
    "await-model": () => store.await("model"),
    "model-arrived": () => store.arrived("model"),
    "await-file": () => store.await("file"),
    "file-arrived": () => store.arrived("file"),
  });
  store.start(props.grid);
  element.dataset.ready = "true";
}

// Between two frames of what was just revealed as it fades. Sixty a second would take the model's processor
// where the same one does both.
const GLOW_MS = 100;

/** What is on the stage at the moment: it redraws once a frame, when something changed. */
class Screen {
  #wanted = false;
  #glowing = false;
  #fresh = new Map();
  #picture = null;
  #url = null;
  #outline = null;
  #softTip = null;
  #cursorCell = 0;
  #told = null;
  #view = FIT;
  #size = { width: 1, height: 1 };

  constructor(stage, surface, context) {
    this.stage = stage;
    this.surface = surface;
    this.context = context;
    this.colors = readColors(stage);
    this.cursor = {
      get: () => this.#cursorCell,
      set: (cell) => this.#moveCursor(cell),
      shape: (cells) => this.shape(cells),
    };
    new ResizeObserver(() => this.#fit()).observe(stage);
    new MutationObserver(() => {
      this.colors = readColors(stage);
      this.refresh();
    }).observe(document.body, { attributeFilter: ["class"] });
    for (const type of ["change", "tool", "preview"]) store.addEventListener(type, () => this.refresh());
    for (const type of ["focus", "blur"]) surface.addEventListener(type, () => this.refresh());
    for (const loading of [sprite, images, softBrush]) loading.addEventListener("load", () => this.refresh());
    predictions.addEventListener("change", () => this.refresh());
  }

  get #layout() {
    return layout(store.preview ?? store.state, this.#size, this.#view);
  }

  pointOf(event) {
    const frame = this.surface.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    return pointAt(this.#layout, x, y);
  }

  hover(point) {
    this.#softTip = store.tool.name === "soft" ? point : null;
    this.#outline = this.#softTip ? null : point && tip(store.tool, store.state, point);
    this.#tell(point);
    this.refresh();
  }

  // What is beneath the pointer, where the picture does not say it.
  #tell(point) {
    const [cell] = (point && brush(store.state, point, 1)) ?? [];
    if (cell === this.#told) return;
    this.#told = cell;
    const asks = ["pick", "inspect"].includes(store.tool.name);
    if (cell !== undefined && (asks || rulesAt(store.state, cell).length))
      store.say(describe(store.state, cell));
  }

  shape(cells) {
    this.#outline = cells;
    this.refresh();
  }

  pan(dx, dy) {
    this.#view = panBy(this.#view, dx, dy, this.#size);
    this.refresh();
  }

  /** Zoom about a place of the stage, its middle if none is given. */
  zoom(factor, x = this.#size.width / 2, y = this.#size.height / 2) {
    this.#view = zoomAt(this.#view, factor, x, y, this.#size);
    this.stage.dataset.zoom = this.#view.zoom.toFixed(2);
    this.refresh();
  }

  fit() {
    this.#view = FIT;
    this.stage.dataset.zoom = "1.00";
    this.refresh();
  }

  highlight(revealed) {
    const now = performance.now();
    revealed?.flat().forEach((fresh, cell) => fresh && this.#fresh.set(cell, now));
    this.refresh();
  }

  refresh() {
    if (this.#wanted) return;
    this.#wanted = true;
    requestAnimationFrame((now) => this.#render(now));
  }

  #moveCursor(cell) {
    this.#cursorCell = cell;
    const { width } = store.state;
    const [row, column] = [Math.floor(cell / width), cell % width];
    this.#view = reveal(this.#view, this.#layout, row, column, this.#size);
    this.refresh();
  }

  #fit() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    this.#size = { width, height };
    this.surface.width = Math.round(width * devicePixelRatio);
    this.surface.height = Math.round(height * devicePixelRatio);
    this.refresh();
  }

  #follow(url) {
    if (url === this.#url) return;
    this.#url = url;
    if (!url) this.#picture = null;
    const image = new Image();
    image.onload = () => {
      // Pictures may finish loading out of turn: only the one wanted now is shown.
      if (this.#url !== url) return;
      this.#picture = image;
      this.refresh();
    };
    if (url) image.src = url;
  }

  #render(now) {
    this.#wanted = false;
    if (!store.timeline) return;
    const { preview } = store;
    this.#follow((preview ?? store.state).picture?.url ?? null);
    const focused = document.activeElement === this.surface && this.surface.matches(":focus-visible");
    const moving = draw(this.context, this.colors, {
      state: store.state,
      picture: store.tool.keepPixels ? blended(store.state, this.#picture) : this.#picture,
      soft: softBrush.veil(store.state),
      softTip: this.#softTip && { ...this.#softTip, size: store.tool.softSize / store.state.cell },
      sprite: sprite.sheet ? sprite : null,
      tool: store.tool,
      layout: this.#layout,
      outline: this.#outline,
      cursor: focused ? this.#cursorCell : null,
      fresh: this.#fresh,
      heat: predictions.heat,
      looked: predictions.cell,
      now,
      ...(preview && { state: preview, picture: this.#picture, heat: null }),
    });
    if (moving) this.#glowOn();
  }

  #glowOn() {
    if (this.#glowing) return;
    this.#glowing = true;
    setTimeout(() => {
      this.#glowing = false;
      this.refresh();
    }, GLOW_MS);
  }
}
