/**
 * The one state all components of the page share: the canvas with its history, the tool in hand,
 * the run under way, the session's pictures and films (past.js). Components listen for "change" (the canvas),
 * "tool", "run", "results", "preview" (what the stage shows in the canvas' place) and "say".
 */

import * as attic from "./attic.js";
import * as history from "./history.js";
import * as past from "./past.js";
import { load, saver } from "./storage.js";
import { blank, codesOf, place, sameGrid } from "./state.js";
import { fromServer } from "./wire.js";

class Store extends EventTarget {
  #save = saver();
  #kept = { pictures: [], films: [] };

  constructor() {
    super();
    this.timeline = null;
    this.tool = { name: "mask", size: 2, code: null, grid: true };
    this.run = null;
    this.results = [];
    this.films = [];
    this.preview = null;
  }

  get state() {
    return this.timeline.present;
  }

  /** Take up the canvas this browser kept, or a blank one if none fits the model's `grid`. */
  start(grid) {
    const kept = load();
    const fits = kept?.state && sameGrid(kept.state, grid);
    this.timeline = history.begin(fits ? kept.state : blank(grid));
    if (fits) this.#recall();
    else attic.clear();
    Object.assign(this.tool, fits ? kept.tool : {});
    this.#emit("change");
    this.#emit("tool");
    this.#emit("results");
  }

  #emit(type, detail = null) {
    if (type === "change" && this.preview) this.look(null);
    this.dispatchEvent(new CustomEvent(type, { detail }));
    if (type === "change" || type === "tool") this.#save({ state: this.state, tool: this.tool });
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
    const { filled } = this.run;
    const result = { url: frame.image, codes, filled, recipe: frame.recipe };
    if (frame.image && this.run.follows) {
      const id = frame.run;
      this.timeline = history.amend(
        this.timeline,
        (entry) => entry.run === id,
        (entry) => ({ ...place(entry, result), run: id }),
      );
    }
    if (!frame.live) this.#film(frame, result);
    this.#emit("run");
    this.#emit("change", { revealed: frame.revealed });
  }

  #beginRun(frame) {
    const filled = this.state.masked;
    this.run = { id: frame.run, follows: true, filled, frame };
    this.timeline = history.push(this.timeline, {
      ...this.state,
      run: frame.run,
    });
  }

  #addResult(result) {
    const made = now();
    this.addPicture({ ...result, id: `opened.${made}`, parent: null, made });
  }

  /** Put an earlier picture back on the canvas; the person's mask and pins stay. */
  choose(result) {
    if (this.run) this.run.follows = false;
    this.edit((state) => place(state, result));
  }

  // --- the past (past.js) ---------------------------------------------------------------------------

  get #url() {
    return this.state.picture?.url ?? null;
  }

  #origin() {
    return past.originOf(this.results, this.films, this.#url);
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

  /** One more picture in the tree, in its place in time. */
  addPicture(picture) {
    this.#setPictures(past.withPicture(this.results, picture, this.#url));
  }

  /** Take a picture out of the tree; a function that brings it back. */
  forget(picture) {
    const before = this.results;
    this.#setPictures(past.withoutPicture(before, picture));
    const orphans = before.filter(({ parent }) => parent?.picture === picture.id);
    return () => {
      const home = new Map(orphans.map((orphan) => [orphan.id, orphan.parent]));
      const back = this.results.map((each) =>
        home.has(each.id) ? { ...each, parent: home.get(each.id) } : each,
      );
      this.#setPictures(past.withPicture(back, picture, this.#url));
    };
  }

  #setPictures(pictures) {
    attic.keep("pictures", pictures, this.#kept.pictures);
    this.results = this.#kept.pictures = pictures;
    this.#emit("results");
  }

  #keepFilms() {
    attic.keep("films", this.films, this.#kept.films);
    this.#kept.films = this.films;
  }

  async #recall() {
    const { pictures, films } = await attic.recall();
    this.#kept = { pictures, films };
    this.films = [...this.films, ...films];
    this.#setPictures([...this.results, ...pictures]);
  }

  // --- what comes from elsewhere -------------------------------------------------------------------

  /** A picture or a recipe was opened, or the model changed: a canvas from the server, undoable. */
  receiveCanvas({ canvas, codes, image, recipe, other_model: otherModel }) {
    const opened = { ...fromServer(canvas), picture: null, recipe: null };
    const shown = codes?.flat() ?? codesOf(opened);
    const filled = recipe?.codes ? opened.masked : null;
    const next = image ? place(opened, { codes: shown, url: image, filled, recipe }) : opened;
    if (otherModel) {
      // Undo, the filmstrip and the code in hand are made of the other model's codes.
      this.timeline = history.begin(next);
      this.films = [];
      this.#keepFilms();
      this.#setPictures([]);
      this.setTool({ code: null });
      this.#emit("change");
    } else this.edit(() => next);
    if (recipe?.codes) this.#addResult({ url: image, codes: shown, filled, recipe });
  }
}

const now = () => performance.timeOrigin + performance.now();

export const store = new Store();
