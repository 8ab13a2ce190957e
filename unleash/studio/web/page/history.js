/** Undo and redo as pure functions over `{past, present, future}`, whose entries are canvas states, across reloads. */

import { blank } from "./state.js";
import { keepHistory, recallHistory } from "./storage.js";

const LIMIT = 200;
const KEPT = 50; // on each side, across reloads
const PAUSE = 1000; // ms between two writings

export const begin = (present) => ({ past: [], present, future: [] });

/** Add a new present; undo returns to the old one. */
export function push({ past, present }, next) {
  return {
    past: [...past, present].slice(-LIMIT),
    present: next,
    future: [],
  };
}

/** Replace the present, without a new undo step. */
export const replace = (history, present) => ({ ...history, present });

export const canUndo = ({ past }) => past.length > 0;

export const canRedo = ({ future }) => future.length > 0;

export function undo({ past, present, future }) {
  return {
    past: past.slice(0, -1),
    present: past[past.length - 1],
    future: [present, ...future],
  };
}

export function redo({ past, present, future }) {
  return {
    past: [...past, present],
    present: future[0],
    future: future.slice(1),
  };
}

/** The entries nearest to the present, which are stored across reloads. */
export const latest = ({ past, present, future }) => ({
  past: past.slice(-KEPT),
  present,
  future: future.slice(0, KEPT),
});

/** Continue a stored history, whose present may have changed since. */
export function joined(kept, { past, present, future }) {
  const begins = past[0] ?? present;
  const same = JSON.stringify(kept.present) === JSON.stringify(begins);
  const before = same ? kept.past : [...kept.past, kept.present];
  return {
    past: [...before, ...past].slice(-LIMIT),
    present,
    future: same && !past.length && !future.length ? kept.future : future,
  };
}

/** The last entry before the present one that shows another picture on the same grid; null if none does. */
export const pictureBefore = ({ past, present }) =>
  past.findLast(
    ({ picture, height, width }) =>
      picture && picture.url !== present.picture?.url && height === present.height && width === present.width,
  ) ?? null;

/** A history with `change` applied to every entry. */
export const mapped = ({ past, present, future }, change) => ({
  past: past.map(change),
  present: change(present),
  future: future.map(change),
});

/** Apply `change` to the present and to every entry that `affects` accepts. */
export const amend = (history, affects, change) => ({
  ...mapped(history, (entry) => (affects(entry) ? change(entry) : entry)),
  present: change(history.present),
});

/** Keeps the history across reloads of its tab. */
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
