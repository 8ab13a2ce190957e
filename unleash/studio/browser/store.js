/**
 * The one state all components of the page share: the canvas with its history, the tool in hand,
 * the run under way, the session's pictures and films (past.js). Components listen for "change" (the canvas),
 * "tool", "run", "results", "preview" (what the stage shows in the canvas' place) and "say".
 */

import * as attic from "./attic.js";
import * as history from "./history.js";
import * as past from "./past.js";
import { load, saver } from "./storage.js";
import { MAX_SIDE } from "./growing.js";
import { keepOriginal } from "./originals.js";
import { opened as pixelsOf } from "./pixels.js";
import { blank, codesOf, pixelsAfterRun, place, sameGrid } from "./state.js";
import { fromServer } from "./wire.js";

// The soft brush: pixels across, the share of it that is soft edge; whether opened pictures' pixels stay.
const SOFT = { softSize: 32, softness: 0.5, keepPixels: true };

class Store extends EventTarget {
  #save = saver();
  #kept = { pictures: [], films: [] };

  constructor() {
    super();
    this.timeline = null;
    this.tool = { name: "mask", size: 2, code: null, grid: true, ...SOFT };
    this.run = null;
    this.model = null;
    this.pictures = [];
    this.films = [];
    this.preview = null;
  }

  get state() {
    return this.timeline.present;
  }

  /** The pictures of the session that the present model made, newest first. */
  get results() {
    return this.pictures.filter(({ model }) => model === this.model);
  }

  /** Take up the canvas this browser kept, or a blank one if none fits the model's `grid`. */
  start(grid) {
    const kept = load();
    const { height, width, codebook } = kept?.state ?? {};
    const fits = codebook === grid.codebook && Math.max(height, width) <= MAX_SIDE;
    this.timeline = history.begin(fits ? { ...blank(grid), ...kept.state } : blank(grid));
    this.model = (fits && kept.model) || grid.model;
    this.#recall();
    Object.assign(this.tool, fits ? kept.tool : {});
    this.#emit("change");
    this.#emit("tool");
    this.#emit("results");
  }

  #emit(type, detail = null) {
    if (type === "change" && this.preview) this.look(null);
    this.dispatchEvent(new CustomEvent(type, { detail }));
    if (type === "change" || type === "tool")
      this.#save({ state: this.state, tool: this.tool, model: this.model });
  }

  /** A sentence for the live region. */
  say(text) {
    this.#emit("say", text);
  }

  setTool(change) {
    this.tool = { ...this.tool, ...change };
    this.#emit("tool");
  }

  // --- edits ---------------------------------------------------------------------------------------

  /** One undoable edit: `change` maps a state to the next. */
  edit(change) {
    const next = change(this.state);
    if (next === this.state) return false;
    this.timeline = history.push(this.#tagged(), next);
    this.#emit("change");
    return true;
  }

  /** An edit that may change the grid: what a run under way still sends does not fit the new one. */
  regrid(change) {
    if (this.run) this.run.follows = false;
    return this.edit(change);
  }

  /** Many edits that undo as one: the first opens the stroke, the rest go on with it. */
  beginStroke() {
    this.stroking = true;
    this.strokeChanged = false;
  }

  stroke(change) {
    if (!this.stroking) return;
    const next = change(this.state);
    if (next === this.state) return;
    this.timeline = this.strokeChanged
      ? history.replace(this.timeline, next)
      : history.push(this.#tagged(), next);
    this.strokeChanged = true;
    this.#emit("change");
  }

  endStroke() {
    this.stroking = false;
  }

  // An entry made while a run is under way shows that run's picture, however far it has come by then.
  #tagged() {
    const present = { ...this.state, run: this.run?.id ?? null };
    return history.replace(this.timeline, present);
  }

  undo() {
    if (!history.canUndo(this.timeline)) return;
    this.#travel(history.undo(this.timeline));
  }

  redo() {
    if (!history.canRedo(this.timeline)) return;
    this.#travel(history.redo(this.timeline));
  }

  #travel(timeline) {
    const leavesRun = this.run && timeline.present.run !== this.run.id;
    this.timeline = timeline;
    if (leavesRun) this.abandonRun();
    this.#emit("change");
  }

  // --- runs ----------------------------------------------------------------------------------------

  /** A run was asked for and may have to wait in the queue. */
  expectRun() {
    this.run = { id: null, waiting: true };
    this.#emit("run");
  }

  abandonRun() {
    this.run = null;
    this.#keepFilms();
    this.#emit("run");
    this.#emit("abandon");
  }

  endRun() {
    if (!this.run) return;
    this.run = null;
    this.#keepFilms();
    this.#emit("run");
  }

  /** Take what the server sends while it generates. */
  receiveFrame(frame) {
    const parent = this.run?.waiting ? this.#origin() : this.run?.parent;
    if (this.run?.waiting) this.#beginRun(frame);
    if (this.run?.id !== frame.run) return;
    this.run = { ...this.run, parent, frame };
    const codes = frame.codes.flat();
    const { filled, pixels } = this.run;
    const result = { url: frame.image, codes, filled, pixels, recipe: frame.recipe };
    if (frame.image && this.run.follows) {
      const id = frame.run;
      this.timeline = history.amend(
        this.timeline,
        (entry) => entry.run === id,
        (entry) => ({ ...place(entry, result), run: id }),
      );
    }
    if (frame.image) this.#film(frame, result);
    this.#emit("run");
    this.#emit("change", { revealed: frame.revealed });
  }

  #beginRun(frame) {
    const [height, width] = [frame.codes.length, frame.codes[0].length];
    // While it waited in line the canvas may have become another one.
    const follows = sameGrid(this.state, { ...this.state, height, width });
    this.run = { id: frame.run, follows, ...(follows && this.#before(frame)), frame };
    if (!follows) return;
    this.timeline = history.push(this.timeline, {
      ...this.state,
      run: frame.run,
    });
  }

  // Which cells the run fills, and which pixels of an opened picture it leaves. A variation leaves the
  // mask alone, so what waited to be replaced still waits, and changes cells anywhere.
  #before(frame) {
    return frame.varies
      ? { filled: this.state.picture?.filled ?? null, pixels: null }
      : { filled: this.state.masked, pixels: pixelsAfterRun(this.state) };
  }

  #addResult(result) {
    const made = now();
    this.addPicture({ ...result, id: `opened.${made}`, parent: null, made });
  }

  /** Put an earlier picture back on the canvas; the person's mask and pins stay. */
  choose(result) {
    if (this.run) this.run.follows = false;
    this.edit((state) => {
      const made = fromServer(result.recipe.canvas);
      const fitting = sameGrid(state, made) ? state : { ...blank({ ...made, cell: state.cell }), ...made };
      return place(fitting, result);
    });
  }

  // --- the past (past.js) ---------------------------------------------------------------------------

  get #url() {
    return this.state.picture?.url ?? null;
  }

  #origin() {
    return past.originOf(this.pictures, this.films, this.#url);
  }

  #film(frame, result) {
    const { parent } = this.run;
    const made = { id: `${frame.run}.${frame.picture}`, run: frame.run, parent, made: now() };
    const [height, width] = [frame.codes.length, frame.codes[0].length];
    const step = { ...result, index: frame.index, total: frame.total };
    this.films = past.withFrame(this.films, { ...made, height, width }, step);
    if (!frame.recipe) return;
    this.#keepFilms();
    this.addPicture({ ...result, ...made });
  }

  /** The film in which the canvas was seen as it is, none while another is being made. */
  get film() {
    return this.run ? null : past.filmOf(this.films, this.#url);
  }

  /** Show another state on the stage until the canvas changes; null shows the canvas. */
  look(state) {
    this.preview = state;
    this.#emit("preview");
  }

  /** Put a step of a film on the canvas, to go on from there another way. */
  continueFrom(film, frame) {
    this.edit((state) => past.canvasAt(state, film, frame));
  }

  /** One more picture in the tree. */
  addPicture(picture) {
    this.#setPictures(past.withPicture(this.pictures, { ...picture, model: this.model }, this.#url));
  }

  #setPictures(pictures) {
    attic.keep("pictures", pictures, this.#kept.pictures);
    this.pictures = this.#kept.pictures = pictures;
    this.#emit("results");
  }

  #keepFilms() {
    attic.keep("films", this.films, this.#kept.films);
    this.#kept.films = this.films;
  }

  async #recall() {
    const { pictures, films } = await attic.recall();
    this.#kept = { pictures, films };
    this.films = past.merged(this.films, films);
    this.#setPictures(past.merged(this.pictures, pictures));
  }

  // --- what comes from elsewhere -------------------------------------------------------------------

  /** A picture or a recipe was opened, or the model changed: a canvas from the server, undoable. */
  receiveCanvas({ canvas, codes, image, recipe, cell, original, other_model: otherModel }) {
    const given = fromServer(canvas);
    const opened = { ...blank({ ...given, cell: cell ?? this.state.cell }), ...given };
    const carried = otherModel && !recipe && opened.base.length === this.state.base.length;
    const pixels = original ? pixelsOf(opened, keepOriginal(original)) : carried ? this.state.pixels : null;
    const shown = codes?.flat() ?? codesOf(opened);
    const filled = recipe?.codes ? opened.masked : null;
    const next = image ? place(opened, { codes: shown, url: image, filled, recipe, pixels }) : opened;
    if (otherModel) {
      // Undo and the code in hand are made of the codes of the model before; its pictures wait for its return.
      this.timeline = history.begin(next);
      this.model = otherModel;
      this.setTool({ code: null });
      this.#emit("change");
      this.#emit("results");
    } else this.edit(() => next);
    if (recipe?.codes) this.#addResult({ url: image, codes: shown, filled, pixels, recipe });
  }
}

const now = () => performance.timeOrigin + performance.now();

export const store = new Store();
