/** Requested runs that wait for the current one, or for a new canvas. */

import { openCells } from "./state.js";

export class Queue {
  #store;
  #awaited = new Set();

  constructor(store) {
    this.#store = store;
    this.list = [];
  }

  /** Add a run to the queue. */
  add(kind) {
    const { run } = this.#store;
    this.list = [...this.list, { kind, after: run }];
    this.#store.tellRun();
    if (run) this.#store.say("Another run will start when this one ends. Stop ends both.");
    else this.#store.say("The run will start as soon as everything is loaded.");
  }

  /** Call it as soon as no run is under way. */
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

  /** Empty the queue. */
  clear() {
    this.list = [];
    this.#awaited.clear();
  }

  /** Start no run until `arrived(what)`, since the canvas is being replaced. */
  await(what) {
    this.#awaited.add(what);
  }

  arrived(what) {
    if (!this.#awaited.delete(what)) return;
    this.#store.tellRun();
    this.follow();
  }

  /** Whether runs have to wait. */
  get awaiting() {
    return this.#awaited.size > 0;
  }

  /** Whether a new canvas is awaited. */
  get replacing() {
    return [...this.#awaited].some((what) => what !== "settings");
  }

  /** Start the next run if possible, deferred while Gradio still handles the end of the last one. */
  follow() {
    setTimeout(() => {
      const { run, state } = this.#store;
      if (run || this.awaiting || !this.list.length) return;
      const [{ kind, after }, ...others] = this.list;
      this.list = others;
      // The previous run may have filled what this one was requested for.
      const filled = kind === "generate" && after && !openCells(state) && state.lastRegion;
      this.#store.ask(filled ? "again" : kind);
      this.#store.tellRun();
    });
  }
}
