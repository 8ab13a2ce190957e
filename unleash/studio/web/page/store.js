/**
 * The one state all components of the page share: the canvas with its history, the tool in hand, the run under way,
 * the pictures and films of the session. Components listen for "change" (the canvas), "tool", "run", "results", "say",
 * "nothing" (to fill), "announce" (what became of a run), "preview" (what the stage shows instead of the canvas), "ask"
 * (the server is to begin the run that `asked` describes), "stop" (a run was let go of: {id, instead}, the latter if
 * for another run), and "reopen" (a picture is to be encoded anew).
 */

import * as history from "./history.js";
import { Queue } from "./queue.js";
import { canvasAt, pictureOf, Session } from "./session.js";
import { CANVAS, read, saver } from "./storage.js";
import { Undoing } from "./undoing.js";
import { MAX_SIDE } from "./growing.js";
import { CanvasError } from "./geometry.js";
import * as runs from "./run.js";
import { blank, keep, place, sameGrid } from "./state.js";
import { Takes } from "./takes.js";
import { TOOL } from "./tool.js";
import { fromServer, madeAs, openedBy } from "./wire.js";

export class Store extends EventTarget {
  #save = saver(CANVAS);
  #undoing = new Undoing(this);
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
    this.tool = { ...TOOL };
    this.run = null;
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

  /** The film in which the canvas was seen as it is, none while another is being made. */
  get film() {
    return this.run ? null : this.session.film;
  }

  /** Take up the canvas this browser kept, or a blank one of the first model's `grid`. */
  start(grid) {
    const kept = read(CANVAS);
    const sound = Math.max(kept?.state?.height, kept?.state?.width) <= MAX_SIDE;
    const state = sound ? { ...blank(grid), ...kept.state } : blank(grid);
    // An older page left masked what a run had filled.
    this.timeline = history.begin(state.picture?.filled ? keep(state, state.picture.filled) : state);
    this.session.model = (sound && kept.model) || grid.model;
    this.session.recall();
    this.#undoing.recall();
    Object.assign(this.tool, sound ? kept.tool : {});
    this.#emit("change");
    this.#emit("tool");
    this.#emit("results");
  }

  /** Go on with the model that the server found again, of this `grid`; it may have other codes by now. */
  fit(grid) {
    if (this.session.model === grid.model && this.state.codebook === grid.codebook) return;
    const { picture } = this.state;
    this.#changeModel(grid.model, blank(grid));
    if (picture) this.#emit("reopen", picture.url);
  }

  // Undo and the code in hand are made of the codes of the model before; its pictures wait for its return.
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

  /** Someone paints a tile at `cell` and has selected none: the catalogue shows what is likely there ("needtile"). */
  askForTile(cell) {
    this.#emit("needtile", cell);
    this.say("No tile is selected: choose one under Codes, or pick one from the picture (I).");
  }

  /** What became of a run, for the status line and for who cannot see it. */
  announce(text) {
    this.#emit("announce", text);
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

  /** Put what was kept of the history of this canvas before it. */
  remember(kept) {
    this.timeline = history.joined(kept, this.timeline);
    this.#emit("change");
  }

  /** An edit in place of the last one, if that was made by this as well: however many there are, they undo as one. */
  swap(change) {
    const on = this.state === this.#swapped ? history.replace : history.push;
    this.timeline = on(this.timeline, change(this.state));
    this.#swapped = this.state;
    this.#emit("change");
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

  /** The cells that the stroke passed over. */
  get swept() {
    return [...this.#swept];
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

  /** What Resume goes on with: the run that was stopped on this canvas, or a variation of it. */
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

  /** How long a run of this canvas will take, in a sentence; empty where that goes without saying. */
  tellEstimate(text) {
    this.estimate = text;
    this.#emit("run");
  }

  /** The run under way, or those that wait, are others. */
  tellRun() {
    this.#emit("run");
  }

  /** Let go of the run under way, and of those kept: whatever is still heard of it is not shown. */
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

  /** Let a run fill cells as part of the stroke that ends; it takes the place of one such under way. */
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

  /** The settings are others: what fills a stroke is begun anew, by them. */
  fillAnew() {
    if (!this.run?.live) return;
    const [before, id] = [this.run.id, runs.runName()];
    this.#emit("stop", { id: before, instead: true });
    const renamed = (entry) => (entry.run === before ? { ...entry, run: id } : entry);
    this.timeline = history.amend(this.timeline, () => true, renamed);
    this.#ask({ ...this.asked, run: { ...this.run, id, waiting: true } });
  }

  /** The run of this name has ended; nothing if it is not the one under way. */
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

  /** Take what the server sends while it generates. */
  receiveFrame(sent) {
    // Of a run that was let go of, some may still arrive.
    if (this.run?.id !== sent.run) return;
    const frame = this.run.varies ? { ...sent, varies: true } : sent;
    if (this.run.waiting && !this.run.live) this.#beginRun(frame);
    this.run = { ...this.run, waiting: false, frame };
    const { follows, live } = this.run;
    const result = runs.resultOf(this.run, frame);
    // A variation leaves the person's mask alone: its steps are looked at, only its end is put in place.
    const passes = frame.varies && !frame.recipe;
    if (frame.image && follows && !passes) this.#show(result);
    if (!live && frame.image) this.session.step(frame, result, this.run);
    if (live && frame.recipe) this.session.stroke(result, this.run);
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
      (entry) => runs.follow(entry, this.run, result),
    );
  }

  #beginRun(frame) {
    this.run = runs.begun(this.run, frame, this.state, this.session.origin);
    if (this.run.follows) this.timeline = history.push(this.timeline, runs.entered(this.state, this.run));
  }

  /** Put an earlier picture back on the canvas; the person's mask and pins stay. */
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

  /** A picture or a recipe was opened, or the model changed: a canvas from the server, undoable. */
  receiveCanvas(message, photo = null) {
    const { state, result } = openedBy(message, this.state, photo);
    this.take(message.other_model ?? this.session.model, state);
    if (result) this.session.opened(result);
  }

  /** Put another canvas in place, which is undoable if it is of the same model. */
  take(model, state) {
    return model === this.session.model ? this.regrid(() => state) : this.#changeModel(model, state);
  }
}

export const store = new Store();
