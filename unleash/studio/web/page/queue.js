/** Runs that were asked for and cannot begin yet: one is under way, or the canvas is being replaced. */

import { openCells } from "./state.js";

export class Queue {
  #store;
  #awaited = new Set();

  constructor(store) {
    this.#store = store;
    this.list = [];
  }

  /** Keep what was asked for until it can begin. */
  add(kind) {
    const { run } = this.#store;
    this.list = [...this.list, { kind, after: run }];
    this.#store.tellRun();
    if (run) this.#store.say("One more, as soon as this run has ended. Stop ends both.");
    else this.#store.say("The run begins as soon as everything is there.");
  }

  /** Do it, as soon as no run is under way. */
  whenIdle(act) {
    const store = this.#store;
    if (!store.run) {
      act();
      return;
    }
    const listen = () => {
      if (store.run) return;
      store.removeEventListener("run", listen);
      act();
    };
    store.addEventListener("run", listen);
  }

  /** Let go of all that waits. */
  clear() {
    this.list = [];
    this.#awaited.clear();
  }

  /** Until `arrived(what)` no run begins: the canvas that it would be of is being replaced. */
  await(what) {
    this.#awaited.add(what);
  }

  arrived(what) {
    if (!this.#awaited.delete(what)) return;
    this.#store.tellRun();
    this.follow();
  }

  /** Whether no run may begin yet. */
  get awaiting() {
    return this.#awaited.size > 0;
  }

  /** Whether another canvas is on its way. */
  get replacing() {
    return [...this.#awaited].some((what) => what !== "settings");
  }

  /** Begin the next one, if it can begin. Not at once: Gradio is still taking up what ended the run before. */
  follow() {
    setTimeout(() => {
      const { run, state } = this.#store;
      if (run || this.awaiting || !this.list.length) return;
      const [{ kind, after }, ...others] = this.list;
      this.list = others;
      // It was asked for when there was something to fill, which the run before it has filled by now.
      const filled = kind === "generate" && after && !openCells(state) && state.lastRegion;
      this.#store.ask(filled ? "again" : kind);
      this.#store.tellRun();
    });
  }
}
