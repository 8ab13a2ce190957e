/**
 * The one state all components of the page share: the canvas with its history, the tool in hand,
 * the run under way, the pictures and films of the session. Components listen for "change" (the canvas), "tool",
 * "run", "results", "preview" (what the stage shows in place of the canvas), "ask" (the server is to begin the run
 * that `asked` describes), "stop" (a run was let go of: {id}, and whether for another, {instead}), "reopen" (a
 * picture whose codes are of no use here asks to be encoded anew) and "say".
 */

import * as history from "./history.js";
import { canvasAt, Session } from "./session.js";
import { CANVAS, read, saver } from "./storage.js";
import { MAX_SIDE } from "./growing.js";
import { CanvasError } from "./geometry.js";
import { asked, begun, entered, follow, resultOf, runName, strokeRun } from "./run.js";
import { again, blank, keep, openCells, place, sameGrid } from "./state.js";
import { fromServer, madeAs, openedBy } from "./wire.js";

// The soft brush: pixels across, the share of it that is soft edge; whether opened pictures' pixels stay.
const SOFT = { softSize: 32, softness: 0.5, keepPixels: true };
// How different what looks alike may be, and whether it must hang together.
const WAND = { tolerance: 0.12, connected: true };
// The opacity of the marks over the picture, and the colour of the mask, null for the page's own.
const MARKS = { marks: 1, maskColor: null };

export class Store extends EventTarget {
  #save = saver(CANVAS);
  #session = new Session(
    () => this.#emit("results"),
    () => this.state.picture?.url ?? null,
  );
  #swept = new Set();
  #awaited = new Set();

  constructor() {
    super();
    this.timeline = null;
    this.tool = { name: "mask", size: 2, code: null, grid: true, ...SOFT, ...WAND, ...MARKS };
    this.run = null;
    this.asked = null;
    this.following = [];
    this.preview = null;
  }

  get state() {
    return this.timeline.present;
  }

  /** The pictures of the session that the present model made, newest first (session.js). */
  get results() {
    return this.#session.results;
  }

  /** The film in which the canvas was seen as it is, none while another is being made. */
  get film() {
    return this.run ? null : this.#session.film;
  }

  /** Take up the canvas this browser kept, or a blank one of the first model's `grid`. */
  start(grid) {
    const kept = read(CANVAS);
    const sound = Math.max(kept?.state?.height, kept?.state?.width) <= MAX_SIDE;
    const state = sound ? { ...blank(grid), ...kept.state } : blank(grid);
    // An older page left masked what a run had filled.
    this.timeline = history.begin(state.picture?.filled ? keep(state, state.picture.filled) : state);
    this.#session.model = (sound && kept.model) || grid.model;
    this.#session.recall();
    Object.assign(this.tool, sound ? kept.tool : {});
    this.#emit("change");
    this.#emit("tool");
    this.#emit("results");
  }

  /** Go on with the model that the server found again, of this `grid`; it may have other codes by now. */
  fit(grid) {
    if (this.#session.model === grid.model && this.state.codebook === grid.codebook) return;
    const { picture } = this.state;
    this.#changeModel(grid.model, blank(grid));
    if (picture) this.#emit("reopen", picture.url);
  }

  // Undo and the code in hand are made of the codes of the model before; its pictures wait for its return.
  #changeModel(model, state) {
    if (this.run) this.#letGo();
    this.timeline = history.begin(state);
    this.#session.model = model;
    this.setTool({ code: null });
    this.#emit("change");
    this.#emit("results");
  }

  #emit(type, detail = null) {
    if (type === "change" && this.preview) this.look(null);
    this.dispatchEvent(new CustomEvent(type, { detail }));
    if (type === "change" || type === "tool")
      this.#save({ state: this.state, tool: this.tool, model: this.#session.model });
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

  /** What `change` makes of the canvas; the canvas as it is where that cannot be done, which is said. */
  #changed(change) {
    try {
      return change(this.state);
    } catch (error) {
      if (!(error instanceof CanvasError)) throw error;
      this.say(error.message);
      return this.state;
    }
  }

  /** One undoable edit: `change` maps a state to the next. Whether it changed anything. */
  edit(change) {
    const next = this.#changed(change);
    if (next === this.state) return false;
    this.timeline = history.push(this.#tagged(), next);
    this.#emit("change");
    return true;
  }

  /** An edit that puts another canvas in place: what a run under way still sends does not fit that one. */
  regrid(change) {
    const done = this.edit(change);
    if (done && this.run) this.run.follows = false;
    return done;
  }

  /** Many edits that undo as one: the first opens the stroke, the rest go on with it. */
  beginStroke() {
    this.stroking = true;
    this.strokeChanged = false;
    this.#swept = new Set();
  }

  /** `change` maps a state to the next; `cells` are those that the brush passed over. */
  stroke(change, cells = []) {
    if (!this.stroking) return;
    for (const cell of cells) this.#swept.add(cell);
    const next = this.#changed(change);
    if (next === this.state) return;
    this.timeline = this.strokeChanged
      ? history.replace(this.timeline, next)
      : history.push(this.#tagged(), next);
    this.strokeChanged = true;
    this.#emit("change");
  }

  /** `fills` says which cells a run fills at once: those "swept", all that are "masked", or none (null). */
  endStroke(fills = null) {
    if (this.stroking && fills) this.#fill(fills);
    this.stroking = false;
  }

  /** A stroke of one edit; whether it changed anything. */
  dab(change, cells, fills) {
    this.beginStroke();
    this.stroke(change, cells);
    this.endStroke(fills);
    return this.strokeChanged;
  }

  // An entry made while a run is under way shows that run's picture, however far it has come by then. One
  // that waits for its turn begins with an entry of its own.
  #tagged() {
    const run = this.run?.live || !this.run?.waiting ? this.run?.id : null;
    return history.replace(this.timeline, { ...this.state, run: run ?? null });
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
    if (leavesRun) this.stopRun();
    this.#emit("change");
  }

  // --- runs ----------------------------------------------------------------------------------------

  /**
   * Ask for a run of the canvas: "generate", "more", "relight" or "blend". It may have to wait in the server's
   * queue; while another is under way, or another canvas is awaited, it is kept and asked for after that.
   */
  ask(kind) {
    if (this.run || this.awaiting) {
      this.following = [...this.following, { kind, after: this.run }];
      this.#emit("run");
      if (this.run) this.say("One more, as soon as this run has ended. Stop ends both.");
      else this.say("The run begins as soon as the canvas is there.");
      return;
    }
    this.#ask(kind, { canvas: this.state, run: asked(this.state) });
  }

  #ask(kind, { canvas, run }) {
    this.asked = { kind, canvas, run };
    this.run = run;
    this.#emit("run");
    this.#emit("ask");
  }

  /** Until `arrived(what)` no run begins: the canvas that it would be of is being replaced. */
  await(what) {
    this.#awaited.add(what);
  }

  arrived(what) {
    if (!this.#awaited.delete(what)) return;
    this.#emit("run");
    this.#follow();
  }

  /** Whether the canvas is being replaced. */
  get awaiting() {
    return this.#awaited.size > 0;
  }

  // Not at once: Gradio is still taking up what came with the message that ended the run.
  #follow() {
    setTimeout(() => {
      if (this.run || this.awaiting || !this.following.length) return;
      const [{ kind, after }, ...others] = this.following;
      this.following = others;
      // It was asked for when there was something to fill, which the run before it has filled by now.
      if (kind === "generate" && after && !openCells(this.state) && this.state.lastRegion) this.edit(again);
      this.ask(kind);
    });
  }

  /** Let go of the run under way, and of those kept: whatever is still heard of it is not shown. */
  stopRun() {
    this.following = [];
    this.#awaited.clear();
    if (this.run) this.#letGo();
    else this.#emit("run");
  }

  #letGo() {
    const { id } = this.run;
    this.#emit("stop", { id, instead: false });
    this.endRun(id);
  }

  /** Let a run fill cells as part of the stroke that ends; it takes the place of one such under way. */
  #fill(which) {
    const answers = this.strokeChanged || which === "swept";
    if (!answers || this.awaiting || (this.run && !this.run.live)) return;
    const fill = strokeRun(this.state, which, this.#swept, runName(), this.run);
    if (!fill) return;
    if (!this.strokeChanged) this.timeline = history.push(this.#tagged(), this.state);
    if (this.run) this.#emit("stop", { id: this.run.id, instead: true });
    const run = { ...fill.run, parent: this.#session.origin };
    this.timeline = history.replace(this.timeline, entered(this.state, run));
    this.#ask("fill", { ...fill, run });
  }

  /** The run of this name has ended; nothing if it is not the one under way. */
  endRun(id) {
    if (this.run?.id !== id) return;
    this.run = null;
    this.#session.keepFilms();
    this.#emit("run");
    this.#follow();
  }

  /** Take what the server sends while it generates. */
  receiveFrame(frame) {
    // Of a run that was let go of, some may still arrive.
    if (this.run?.id !== frame.run) return;
    if (this.run.waiting && !this.run.live) this.#beginRun(frame);
    this.run = { ...this.run, waiting: false, frame };
    const { follows, live, parent } = this.run;
    const result = resultOf(this.run, frame);
    // A variation leaves the person's mask alone: its steps are looked at, only its end is put in place.
    const passes = frame.varies && !frame.recipe;
    if (frame.image && follows && !passes) this.#show(result);
    if (!live && frame.image) this.#session.step(frame, result, parent);
    if (live && frame.recipe) this.#session.stroke(result, this.run);
    this.#emit("run");
    this.#emit("change", { revealed: frame.revealed });
    if (passes && follows && !this.stroking) this.look(canvasAt(this.state, this.state, result));
    if (frame.last) this.endRun(frame.run);
  }

  // In every entry of the history that was made during the run.
  #show(result) {
    this.timeline = history.amend(
      this.timeline,
      (entry) => entry.run === this.run.id,
      (entry) => follow(entry, this.run, result),
    );
  }

  #beginRun(frame) {
    this.run = begun(this.run, frame, this.state, this.#session.origin);
    if (this.run.follows) this.timeline = history.push(this.timeline, entered(this.state, this.run));
  }

  /** Put an earlier picture back on the canvas; the person's mask and pins stay. */
  choose(result) {
    const made = fromServer(result.recipe.canvas);
    if (made.codebook !== this.state.codebook) return this.#emit("reopen", result.url);
    this.regrid((state) => (sameGrid(state, made) ? place(state, result) : madeAs(result, state.cell)));
  }

  /** Show another state on the stage until the canvas changes; null shows the canvas. */
  look(state) {
    this.preview = state;
    this.#emit("preview");
  }

  /** Put a step of a film on the canvas, to go on from there another way. */
  continueFrom(film, frame) {
    this.edit((state) => canvasAt(state, film, frame));
  }

  // --- what comes from elsewhere -------------------------------------------------------------------

  /** A picture or a recipe was opened, or the model changed: a canvas from the server, undoable. */
  receiveCanvas(message, photo = null) {
    const { state, result } = openedBy(message, this.state, photo);
    if (message.other_model) this.#changeModel(message.other_model, state);
    else this.regrid(() => state);
    if (result) this.#session.opened(result);
  }

  /** What a project file holds of the page. */
  get project() {
    const { pictures, films } = this.#session;
    return { state: this.state, tool: this.tool, pictures, films };
  }

  /** A project was opened: its canvas is put in place, which is undoable; its pictures join those of the session. */
  takeProject({ model, state, tool, pictures, films }) {
    if (model === this.#session.model) this.regrid(() => state);
    else this.#changeModel(model, state);
    this.#session.join(pictures, films);
    this.setTool({ ...tool, code: null });
  }
}

export const store = new Store();
