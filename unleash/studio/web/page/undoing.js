/** The history of the canvas across reloads of its tab. */

import { latest, mapped } from "./history.js";
import { blank } from "./state.js";
import { keepHistory, recallHistory } from "./storage.js";

const PAUSE = 1000; // ms between two writings

export class Undoing {
  #store;
  #timer = 0;
  #recalled = false;

  constructor(store) {
    this.#store = store;
    globalThis.addEventListener?.("pagehide", () => this.#write());
  }

  /** Load what the tab stored, if it is of this model. */
  async recall() {
    const { model } = this.#store.session;
    const kept = await recallHistory();
    const fits = kept?.model === model && this.#store.session.model === model;
    this.#recalled = true;
    // Older versions stored fewer fields.
    if (fits) this.#store.remember(mapped(kept.timeline, (entry) => ({ ...blank(entry), ...entry })));
  }

  /** Store a change after a delay. */
  keep() {
    this.#timer ||= setTimeout(() => this.#write(), PAUSE);
  }

  #write() {
    clearTimeout(this.#timer);
    const due = this.#timer;
    this.#timer = 0;
    // Stored data must be read before it is overwritten.
    if (!due || !this.#recalled) return;
    const { timeline, session } = this.#store;
    keepHistory({ model: session.model, timeline: latest(timeline) });
  }
}
