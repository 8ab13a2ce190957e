/**
 * The one state all components of the page share: the canvas with its history, the tool in hand, the run under way,
 * the pictures and films of the session. Components listen for "change" (the canvas), "tool", "run", "results", "say",
 * "nothing" (to fill), "announce" (what became of a run), "preview" (what the stage shows instead of the canvas), "ask"
 * (the server is to begin the run that `asked` describes), "stop" (a run was abandoned: {id, instead}, the latter if
 * for another run), and "reopen" (a picture is to be encoded again).
 */

import * as history from "./history.js";
import { Queue } from "./queue.js";
import { canvasAt, pictureOf, Session } from "./session.js";
import { CANVAS, read, saver } from "./storage.js";
import { MAX_SIDE } from "./growing.js";
import { CanvasError } from "./geometry.js";
import * as runs from "./run.js";
import { blank, keep, place, sameGrid } from "./state.js";
import { Takes } from "./takes.js";
import { TOOL } from "./tool.js";
import { fromServer, madeAs, openedBy } from "./wire.js";

export class Store extends EventTarget {
  #save = saver(CANVAS);
  #undoing = new history.Undoing(this);
  /** The pictures of the session and their films (session.js). */
  session = new Session(
    () => this.#emit("results"),
    () => this.state.picture?.url ?? null,
  );
  #swept = new Set();
  #swapped = null;

  constructor() {
    super();
    this.timeline = null;
    this.started = new Promise((done) => this.addEventListener("results", done, { once: true })); // with a canvas
    this.tool = { ...TOOL };
    this.run = null;
    this.loading = true; // whether the server is loading the model that the page began with
    this.asked = null;
    this.preview = null;
    this.variation = null;
    this.estimate = "";
    this.takes = new Takes(this);
    this.queue = new Queue(this);
  }

  get state() {
    return this.timeline.present;
  }

  /** The session's pictures by the present model, newest first (session.js). */
  get results() {
    return this.session.results;
  }

  /** The film that contains the current canvas; none during a run. */
  get film() {
    return this.run ? null : this.session.film;
  }

  /** Load the stored canvas, or a blank one of the first model's `grid`. */
  start(grid) {
    const kept = read(CANVAS);
    const sound = Math.max(kept?.state?.height, kept?.state?.width) <= MAX_SIDE;
    const state = sound ? { ...blank(grid), ...kept.state } : blank(grid);
    // Older versions left filled cells masked.
    this.timeline = history.begin(state.picture?.filled ? keep(state, state.picture.filled) : state);
    this.session.model = (sound && kept.model) || grid.model;
    this.session.recall();
    this.#undoing.recall();
    Object.assign(this.tool, sound ? kept.tool : {});
    this.#emit("change");
    this.#emit("tool");
    this.#emit("results");
  }

  /** Continue with the model that the server found, with this `grid`; its codes may have changed. */
  fit(grid) {
    if (this.session.model === grid.model && this.state.codebook === grid.codebook) return;
    const { picture } = this.state;
    this.#changeModel(grid.model, blank(grid));
    if (picture) this.#emit("reopen", picture.url);
  }

  // Undo history and selected codes belong to the previous model; its pictures stay for its return.
  #changeModel(model, state) {
    if (this.run) this.#letGo();
    this.timeline = history.begin(state);
    this.session.model = model;
    this.setTool({ code: null, region: null });
    this.#emit("change");
    this.#emit("results");
  }

  #emit(type, detail = null) {
    if (type === "change" && this.preview) this.look(null);
    this.dispatchEvent(new CustomEvent(type, { detail }));
    if (type === "change" || type === "tool")
      this.#save({ state: this.state, tool: this.tool, model: this.session.model });
    if (type === "change") this.#undoing.keep();
  }

  /** A sentence for the live region. */
  say(text) {
    this.#emit("say", text);
  }

  /** A tile is painted at `cell` but none is selected: the catalogue shows the likely ones ("needtile"). */
  askForTile(cell) {
    this.#emit("needtile", cell);
    this.say("No tile is selected: choose one under Codes, or pick one from the picture (I).");
  }

  /** Announce the outcome of a run, in the status line and for screen readers. */
  announce(text) {
    this.#emit("announce", text);
  }

  setTool(change) {
    this.tool = { ...this.tool, ...change };
    this.#emit("tool");
  }

  // --- edits ---------------------------------------------------------------------------------------

  /** The canvas after `change`; if that is not possible, says so and returns it unchanged. */
  #changed(change) {
    try {
      return change(this.state);
    } catch (error) {
      if (!(error instanceof CanvasError)) throw error;
      this.say(error.message);
      return this.state;
    }
  }

  /** One undoable edit: `change` maps a state to the next. Returns whether it changed anything. */
  edit(change) {
    const next = this.#changed(change);
    if (next === this.state) return false;
    this.timeline = history.push(this.#tagged(), next);
    this.#emit("change");
    return true;
  }

  /** Prepend the stored history of this canvas. */
  remember(kept) {
    this.timeline = history.joined(kept, this.timeline);
    this.#emit("change");
  }

  /** An edit that replaces the last one if that was made by this as well, so that they undo as one. */
  swap(change) {
    const on = this.state === this.#swapped ? history.replace : history.push;
    this.timeline = on(this.timeline, change(this.state));
    this.#swapped = this.state;
    this.#emit("change");
  }

  /** An edit that replaces the canvas; later frames of the current run do not apply to it. */
  regrid(change) {
    const done = this.edit(change);
    if (done && this.run) this.run.follows = false;
    return done;
  }

  /** Several edits that undo as one, within a stroke. */
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

  /** The cells that the stroke passed over. */
  get swept() {
    return [...this.#swept];
  }

  /** `fills`: which cells a run fills at once: the "swept" ones, all "masked" ones, or none (null). */
  endStroke(fills = null) {
    if (this.stroking && fills) this.#fill(fills);
    this.stroking = false;
  }

  /** A stroke with a single edit; returns whether it changed anything. */
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
   * Ask for a run of the canvas: "generate", "more", "relight" or "blend", "new" for every cell, "again" for the last
   * region, "resume" for what was stopped. It may have to wait in the server's queue; while another is under way,
   * or another canvas is awaited, it is kept and asked for after that.
   */
  ask(kind) {
    if (this.run || this.queue.awaiting) {
      this.queue.add(kind);
      return;
    }
    const takes = pictureOf(this.results, this.state.picture?.url)?.takes;
    const request = runs.requestOf(kind, this.state, takes, this.unfinished);
    if (request) this.#ask(request);
    else if (kind === "generate") this.#emit("nothing");
  }

  /** What Resume continues: the run that was stopped on this canvas, or a variation of it. */
  get unfinished() {
    if (this.run || !this.timeline) return null;
    return runs.resumable(this.state) ? this.state.unfinished : this.variation;
  }

  #ask(request) {
    this.asked = request;
    this.run = request.run;
    this.variation = null;
    if (request.kind === "again") this.takes.reopen();
    this.#emit("run");
    this.#emit("ask");
  }

  /**
   * Report a change of the current or the waiting runs, of `loading` (whether the model is), or of the `estimate` of
   * how long a run will take, in a sentence; empty if it takes a moment.
   */
  tellRun(change = {}) {
    Object.assign(this, change);
    this.#emit("run");
  }

  /** Abandon the current and the waiting runs: later messages about them are ignored. */
  stopRun() {
    this.queue.clear();
    if (this.run) this.#letGo();
    else this.#emit("run");
  }

  #letGo() {
    const { id } = this.run;
    this.#emit("stop", { id, instead: false });
    this.endRun(id);
  }

  /** Fill cells by a run as part of the ending stroke; it replaces a current live run. */
  #fill(which) {
    const answers = this.strokeChanged || which === "swept";
    if (!answers || this.queue.awaiting || (this.run && !this.run.live)) return;
    const fill = runs.strokeRun(this.state, which, this.#swept, runs.runName(), this.run);
    if (!fill) return;
    if (!this.strokeChanged) this.timeline = history.push(this.#tagged(), this.state);
    if (this.run) this.#emit("stop", { id: this.run.id, instead: true });
    const run = { ...fill.run, parent: this.session.origin };
    this.timeline = history.replace(this.timeline, runs.entered(this.state, run));
    this.#ask({ kind: "fill", ...fill, run });
  }

  /** The settings have changed: a live run is restarted with them. */
  fillAnew() {
    if (!this.run?.live) return;
    const [before, id] = [this.run.id, runs.runName()];
    this.#emit("stop", { id: before, instead: true });
    const renamed = (entry) => (entry.run === before ? { ...entry, run: id } : entry);
    this.timeline = history.amend(this.timeline, () => true, renamed);
    this.#ask({ ...this.asked, run: { ...this.run, id, waiting: true } });
  }

  /** The run with this name has ended; ignored if it is not the current one. */
  endRun(id) {
    if (this.run?.id !== id) return;
    const { run } = this;
    this.run = null;
    this.session.keepFilms();
    this.#keepStopped(run);
    this.#emit("run");
    this.announce(runs.outcome(run));
    this.queue.follow();
  }

  #keepStopped(run) {
    const { frame } = run;
    if (!frame?.unfinished) return;
    const result = runs.resultOf(run, frame);
    this.session.stopped(frame, result, run);
    if (run.varies && run.follows) this.variation = result.unfinished;
    if (this.preview) this.look(null);
  }

  /** Hear, while a run waits for its first step, who takes turns and how long it will take. */
  receiveTurns({ run, people, seconds }) {
    if (this.run?.id !== run) return;
    this.run = { ...this.run, turns: { people, seconds } };
    this.#emit("run");
  }

  /** Handle a frame from the server. */
  receiveFrame(sent) {
    // Frames of an abandoned run may still arrive.
    if (this.run?.id !== sent.run) return;
    const frame = this.run.varies ? { ...sent, varies: true } : sent;
    if (this.run.waiting && !this.run.live) this.#beginRun(frame);
    this.run = { ...this.run, waiting: false, frame };
    const { follows, live } = this.run;
    const result = runs.resultOf(this.run, frame);
    // A variation keeps the person's mask: its steps are previews, only its result is put on the canvas.
    const passes = frame.varies && !frame.recipe;
    if (frame.image && follows && !passes) this.#show(result);
    if (!live && frame.image) this.session.step(frame, result, this.run);
    if (live && frame.recipe) this.session.stroke(result, this.run);
    this.#emit("run");
    this.#emit("change", { revealed: frame.revealed });
    if (passes && follows && !this.stroking) this.look(canvasAt(this.state, this.state, result));
    if (frame.last) this.endRun(frame.run);
  }

  // In every history entry made during the run.
  #show(result) {
    this.timeline = history.amend(
      this.timeline,
      (entry) => entry.run === this.run.id,
      (entry) => runs.follow(entry, this.run, result),
    );
  }

  #beginRun(frame) {
    this.run = runs.begun(this.run, frame, this.state, this.session.origin);
    if (this.run.follows) this.timeline = history.push(this.timeline, runs.entered(this.state, this.run));
  }

  /** Put an earlier picture on the canvas; the person's mask and pins stay. */
  choose(result) {
    const made = fromServer(result.recipe.canvas);
    if (made.codebook !== this.state.codebook) return this.#emit("reopen", result.url);
    const fits = sameGrid(this.state, made) && !result.unfinished;
    this.regrid((state) => (fits ? place(state, result) : madeAs(result, state.cell)));
  }

  /** Show another state on the stage until the canvas changes; null shows the canvas. */
  look(state) {
    this.preview = state;
    this.#emit("preview");
  }

  // --- what comes from elsewhere -------------------------------------------------------------------

  /** A canvas from the server, undoable: a picture or recipe was opened, or the model was changed. */
  receiveCanvas(message, photo = null) {
    const { state, result } = openedBy(message, this.state, photo);
    this.take(message.other_model ?? this.session.model, state);
    if (result) this.session.opened(result);
  }

  /** Replace the canvas, undoable if it is of the same model. */
  take(model, state) {
    return model === this.session.model ? this.regrid(() => state) : this.#changeModel(model, state);
  }
}

export const store = new Store();
