/** Redraws the stage, at most once per frame, when something has changed. */

import { blended, originals } from "../page/blending.js";
import { sprite } from "../page/codes.js";
import { brush } from "../page/geometry.js";
import { pictureBefore } from "../page/history.js";
import { images } from "../page/images.js";
import { predictions } from "../page/predictions.js";
import { regionAt } from "../page/regions.js";
import { rulesAt } from "../page/rules.js";
import { openCells } from "../page/state.js";
import { store } from "../page/store.js";
import { drawMarks, drawPicture, drawTip, readColors } from "./draw.js";
import { softBrush } from "./softbrush.js";
import { describe, tip, TOOLS } from "./tools.js";
import { actualSize, FIT, layout, panBy, pointAt, reveal, zoomAt } from "./view.js";

// Between two frames while a highlight fades. Sixty a second would slow down a model on the same processor.
const GLOW_MS = 100;

const ENDS_POINTING = ["Tab", "Enter", "Home", "End", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

export class Screen {
  #wanted = false;
  #glowing = false;
  #fresh = new Map();
  #picture = null;
  #url = null;
  #point = null;
  #shape = null;
  #trace = null;
  #told = null;
  #cursorCell = 0;
  #view = FIT;
  #size = { width: 1, height: 1 };
  #ratio = 1;
  #clean = false;
  #divider = null; // share of the stage that shows the previous picture; null: none
  #peeks = false; // whether the whole stage shows the previous picture

  /** `stage` holds three canvases: .picture, .marks, and .surface, which listens. */
  constructor(stage) {
    this.stage = stage;
    this.surface = stage.querySelector(".surface");
    this.sheets = ["picture", "marks", "surface"].map((name) =>
      stage.querySelector(`.${name}`).getContext("2d"),
    );
    this.pointed = false;
    new ResizeObserver(() => this.#fit()).observe(stage);
    this.#followRatio();
    new MutationObserver(() => this.#recolor()).observe(document.body, { attributeFilter: ["class"] });
    document.addEventListener("keydown", ({ key }) => {
      if (ENDS_POINTING.includes(key)) this.pointed = false;
    });
    for (const type of ["change", "preview", "run"]) store.addEventListener(type, () => this.refresh());
    store.addEventListener("tool", () => this.#recolor());
    for (const type of ["focus", "blur"]) this.surface.addEventListener(type, () => this.refresh());
    for (const loading of [sprite, images, softBrush]) loading.addEventListener("load", () => this.refresh());
    predictions.addEventListener("change", () => this.refresh());
    this.#recolor();
  }

  // --- for gestures and keys -----------------------------------------------------------------------

  /** The cursor for the keyboard (keyboard.js). */
  get cursor() {
    const screen = this;
    return {
      get: () => screen.#cursorCell,
      set: (cell) => screen.#moveCursor(cell),
      shape: (cells) => screen.shape(cells),
      get picture() {
        return screen.picture;
      },
      get pointed() {
        return screen.pointed;
      },
    };
  }

  /** The picture as it is seen, without marks; null if there is none. */
  get picture() {
    return store.tool.keepPixels ? blended(store.state, this.#picture) : this.#picture;
  }

  get #grid() {
    return store.preview ?? store.state;
  }

  get #layout() {
    return layout(this.#grid, this.#size, this.#view);
  }

  pointOf(event) {
    const frame = this.surface.getBoundingClientRect();
    return pointAt(this.#layout, event.clientX - frame.left, event.clientY - frame.top);
  }

  /** The pointer is at a point of the grid; null: it has left the stage. */
  hover(point) {
    this.#point = point;
    this.pointed = point !== null;
    this.#tell(point);
    this.refresh();
  }

  // Describes the cell under the pointer.
  #tell(point) {
    const [cell] = (point && brush(store.state, point, 1)) ?? [];
    if (cell === this.#told) return;
    this.#told = cell;
    const asks = TOOLS[store.tool.name].looks;
    if (cell === undefined) return;
    const { state } = store;
    if (asks || rulesAt(state, cell).length || regionAt(state, cell)) store.say(describe(state, cell));
  }

  shape(cells) {
    this.#shape = cells;
    this.refresh();
  }

  /** The line of a lasso or polygon under way, through points of the grid. */
  trace(points) {
    this.#trace = points && [...points];
    this.refresh();
  }

  // --- the view ------------------------------------------------------------------------------------

  pan(dx, dy) {
    this.#look(panBy(this.#grid, this.#size, this.#view, dx, dy));
  }

  /** Zoom about a place {x, y} of the stage, its middle if none is given. */
  zoom(factor, place = { x: this.#size.width / 2, y: this.#size.height / 2 }) {
    const actual = actualSize(this.#grid, this.#size, this.#ratio);
    this.#look(zoomAt(this.#grid, this.#size, this.#view, factor, place, actual));
  }

  /** One pixel of the picture to a pixel of the screen. */
  zoomToActualSize() {
    this.zoom(actualSize(this.#grid, this.#size, this.#ratio) / this.#view.zoom);
  }

  fit() {
    this.#look(FIT);
  }

  #look(view) {
    this.#view = view;
    this.stage.dataset.zoom = view.zoom.toFixed(2);
    this.refresh();
  }

  /** Show the picture alone, without marks. */
  showClean(clean) {
    this.#clean = clean;
    this.refresh();
  }

  /** Whether there is an earlier picture to compare with. */
  get comparable() {
    return Boolean(store.state.pixels || pictureBefore(store.timeline));
  }

  /** Show the previous picture on this share of the stage, from the left; null: nowhere. */
  divide(share) {
    this.#divider = share;
    this.refresh();
  }

  /** Show or hide the previous picture on the whole stage. */
  peek(peeks) {
    this.#peeks = peeks;
    this.refresh();
  }

  get #split() {
    return this.#peeks ? 1 : this.#divider;
  }

  // An opened picture itself, else the one that was there before the last run or change of the picture.
  get #before() {
    if (store.state.pixels) return originals(store.state);
    return images.get(pictureBefore(store.timeline)?.picture.url);
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

  #recolor() {
    this.colors = { ...readColors(this.stage), ...(store.tool.maskColor && { mask: store.tool.maskColor }) };
    this.stage.style.setProperty("--opacity", store.tool.marks ?? 1);
    this.refresh();
  }

  #moveCursor(cell) {
    this.#cursorCell = cell;
    const { width } = store.state;
    this.#look(reveal(store.state, this.#size, this.#view, Math.floor(cell / width), cell % width));
  }

  #fit() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    this.#size = { width, height };
    this.#ratio = devicePixelRatio;
    for (const { canvas } of this.sheets) {
      canvas.width = Math.round(width * this.#ratio);
      canvas.height = Math.round(height * this.#ratio);
    }
    this.refresh();
  }

  // A screen with another pixel ratio does not resize the stage, and each query reports one change only.
  #followRatio() {
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener(
      "change",
      () => {
        this.#fit();
        this.#followRatio();
      },
      { once: true },
    );
  }

  #follow(url) {
    if (url === this.#url) return;
    this.#url = url;
    if (!url) this.#picture = null;
    const image = new Image();
    image.onload = () => {
      // Pictures may finish loading out of order: only the current one is shown.
      if (this.#url !== url) return;
      this.#picture = image;
      this.refresh();
    };
    if (url) image.src = url;
  }

  // A finished picture is shown without marks until a brush approaches.
  get #marked() {
    if (this.#clean || this.#split !== null) return false;
    const paints = this.#point && !TOOLS[store.tool.name].looks;
    return Boolean(predictions.heat || paints || this.#focused || openCells(this.#grid) > 0);
  }

  get #focused() {
    return document.activeElement === this.surface && this.surface.matches(":focus-visible");
  }

  get #tip() {
    const { tool, state } = store;
    const point = this.#point;
    if (tool.name === "soft")
      return { softTip: point && { ...point, size: tool.softSize / state.cell }, outline: this.#shape };
    return { softTip: null, outline: this.#shape ?? (point && tip(tool, state, point)) };
  }

  #render(now) {
    this.#wanted = false;
    if (this.#ratio !== devicePixelRatio) this.#fit();
    const { preview } = store;
    this.#follow(this.#grid.picture?.url ?? null);
    const scene = {
      state: this.#grid,
      layout: this.#layout,
      ratio: this.#ratio,
      picture: preview ? this.#picture : this.picture,
      before: this.#split === null ? null : this.#before,
      split: (this.#split ?? 0) * this.#size.width,
      soft: softBrush.veil(store.state),
      sprite: sprite.sheet ? sprite : null,
      tool: store.tool,
      ...this.#tip,
      trace: this.#trace,
      cursor: this.#focused ? this.#cursorCell : null,
      fresh: this.#fresh,
      heat: preview ? null : predictions.heat,
      looked: predictions.cell,
      now,
    };
    const [picture, marks, surface] = this.sheets;
    const moving = drawPicture(picture, this.colors, scene);
    drawMarks(marks, this.colors, scene);
    drawTip(surface, this.colors, scene);
    this.stage.dataset.marks = this.#marked ? "shown" : "hidden";
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
