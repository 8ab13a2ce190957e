/**
 * The model's predictions for the canvas. The server is asked at most once per state of the canvas, when an answer is
 * needed, and never during a run. Fires "change" (other predictions, or another map over the grid), "cell" (another
 * inspected cell, or other predictions for it) and "busy".
 */

import { sprite } from "./codes.js";
import { regionAt } from "./regions.js";
import { sameGrid } from "./state.js";
import { store } from "./store.js";
import { toServer } from "./wire.js";

const PAUSE = 250; // ms without a new wish before the server is asked
const FAINT = 0.02; // a probability below which even the likeliest place is not shown as likely

const HEATS = { entropy: "Entropy", surprise: "Surprise" };

const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** The bytes that were packed by zlib and written in base64. */
async function unpack(text) {
  const packed = new Blob([fromBase64(text)]).stream();
  const bytes = packed.pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(bytes).arrayBuffer());
}

/** What two canvases have in common if the model predicts the same for both. */
function lookOf({ height, width, base, masked, pins, regions }) {
  const shown = base.map((code, cell) => pins[cell] ?? (masked[cell] ? "" : code));
  return `${height}×${width}:${shown.join()}:${JSON.stringify(regions)}`;
}

class Predictions extends EventTarget {
  #send = null;
  #asked = null;
  #count = 0;
  #timer = 0;
  #wants = { all: false, cell: false };
  #all = null;
  #grid = null;
  #of = { code: null, heat: null };
  #waiting = 0; // calls of `know`

  constructor() {
    super();
    this.cell = null;
    this.view = null;
    sprite.addEventListener("load", () => this.receive({ kind: "stale" })); // another model's codes
    store.addEventListener("change", () => {
      this.#checkGrid();
      this.#emit("change");
      if (this.#of.code !== null || this.#of.heat) this.want();
    });
    store.addEventListener("run", () => store.run || this.#later(PAUSE));
  }

  /** `send(question)` reaches the server, whose answers come to `receive`. */
  connect(send) {
    this.#send = send;
    this.#later(0);
  }

  /** What is known of all cells of the canvas as it is now, null if nothing. */
  get all() {
    return this.#all?.look === this.#look ? this.#all : null;
  }

  get busy() {
    return Boolean(this.#asked || this.#wants.all || this.#wants.cell);
  }

  /** Ask about all cells soon, unless that is known. */
  want() {
    if (this.all || this.#wants.all) return;
    this.#wants.all = true;
    this.#later(PAUSE);
    this.#emit("busy");
  }

  /** Wait until all cells are known; null if the server could not say. */
  async know() {
    this.#waiting += 1;
    try {
      while (!this.all) {
        this.want();
        const { detail } = await new Promise((done) => this.addEventListener("answer", done, { once: true }));
        if (detail.kind === "failed") return null;
      }
      return this.all;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Look at a cell: ask what the model would put there. */
  lookAt(cell, wait = 0) {
    if (cell !== this.cell) this.view = null;
    this.cell = cell;
    this.#wants.cell = true;
    this.#later(wait);
    this.#emit("cell");
    this.#emit("change");
  }

  // --- over the grid -------------------------------------------------------------------------------

  /** Show where a code is likely; null: no longer. */
  showCode(code) {
    this.#show({ code });
  }

  /** Show "entropy" or "surprise" while no code is shown; null: neither. */
  showHeat(heat) {
    this.#show({ heat });
  }

  #show(change) {
    this.#of = { ...this.#of, ...change };
    if (this.#of.code !== null || this.#of.heat) this.want();
    else this.#wants.all &&= this.#waiting > 0;
    this.#emit("change");
  }

  /** How likely a code is in each cell, null if not known. */
  likelihood(code) {
    return this.all && this.#probabilities(this.all, code);
  }

  /** What to show over the grid: of each cell 0 to 1; null if nothing. */
  get heat() {
    const shown = this.#shown;
    if (!shown) return null;
    const { code, values, most } = shown;
    // On a linear scale, differences between small probabilities would be invisible.
    const curve = code === null ? (x) => x : Math.sqrt;
    return [...values].map((value) => curve(value / most));
  }

  /** What the heat means, in words: {name, least, most}, what the palest and the strongest colour stand for; null if
   * nothing is shown. */
  get legend() {
    const shown = this.#shown;
    if (!shown) return null;
    const { code, heat, most } = shown;
    if (code !== null)
      return { name: `Tile ${code}`, least: "0 %", most: `${(most * 100).toFixed(1)} % likely` };
    return { name: HEATS[heat], least: "0", most: `${most.toFixed(1)} bits` };
  }

  get #shown() {
    const { all } = this;
    const { code, heat } = this.#of;
    if (!all || (code === null && !heat)) return null;
    const values = code === null ? all[heat].map((value) => value ?? 0) : this.#probabilities(all, code);
    return { code, heat, values, most: Math.max(code === null ? 1 : FAINT, ...values) };
  }

  #probabilities({ levels, perOctave, cells }, code) {
    const here = levels.subarray(code * cells, (code + 1) * cells);
    return Float32Array.from(here, (level) => level && 2 ** ((level - 255) / perOctave));
  }

  // --- question and answer -------------------------------------------------------------------------

  get #look() {
    const { state } = store;
    if (this.lastState !== state) {
      this.lastState = state;
      this.lastLook = lookOf(state);
    }
    return this.lastLook;
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), wait);
  }

  #ask() {
    if (!this.#send || this.#asked || store.run || store.queue.awaiting) return;
    if (this.all) this.#wants.all = false;
    if (this.#wants.cell) this.#put(this.cell);
    else if (this.#wants.all) this.#put(null);
    this.#emit("busy");
  }

  #put(cell) {
    this.#wants[cell === null ? "all" : "cell"] = false;
    this.#asked = { id: ++this.#count, look: this.#look, cells: store.state.base.length };
    const { width } = store.state;
    this.#send({
      id: this.#asked.id,
      canvas: toServer({ ...store.state, rules: [] }),
      cell: cell === null ? null : [Math.floor(cell / width), cell % width],
      shows: cell === null ? null : (regionAt(store.state, cell)?.shows ?? null),
    });
  }

  async receive(answer) {
    if (answer.kind === "stale") this.#forget();
    else if (answer.kind === "failed") this.#wants = { all: false, cell: false };
    else if (answer.id !== this.#asked?.id) return;
    else if (answer.kind === "cell") this.#takeCell(answer);
    else {
      const { look, cells } = this.#asked;
      const { entropy, surprise, per_octave: perOctave } = answer;
      this.#all = { look, cells, entropy, surprise, perOctave, levels: await unpack(answer.levels) };
    }
    this.#asked = null;
    this.dispatchEvent(new CustomEvent("answer", { detail: answer }));
    this.#emit("change");
    this.#emit("busy");
    this.#later(0);
  }

  #takeCell({ cell: [row, column], ...view }) {
    const cell = row * store.state.width + column;
    if (cell !== this.cell) return;
    this.view = view;
    this.#emit("cell");
  }

  // On another grid the same number is another cell.
  #checkGrid() {
    if (this.#grid && !sameGrid(this.#grid, store.state)) {
      this.cell = this.view = null;
      this.#wants.cell = false;
      this.#emit("cell");
    }
    this.#grid = store.state;
  }

  // Another model or label gives other predictions for the same canvas.
  #forget() {
    this.#all = null;
    this.view = null;
    if (this.#of.code !== null || this.#of.heat) this.want();
    this.#emit("stale");
  }

  #emit(type) {
    this.dispatchEvent(new Event(type));
  }
}

export const predictions = new Predictions();
