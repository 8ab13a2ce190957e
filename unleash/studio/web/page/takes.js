/** The results that Again made for one region, to browse in place. */

import { takesOf } from "./session.js";
import { putBack, sameGrid, taken } from "./state.js";

const NONE = { all: [], at: -1 };

export class Takes {
  #store;
  #accepted = null;

  constructor(store) {
    this.#store = store;
  }

  /** {all, at}: the results, oldest first, and which of them is on the canvas; none while a run is under way. */
  get present() {
    const { run, results, state } = this.#store;
    const url = state.picture?.url;
    const all = run ? [] : takesOf(results, url);
    if (!all.length || all[0].takes === this.#accepted) return NONE;
    return { all, at: all.findIndex((take) => take.url === url) };
  }

  /** Show the next or previous result; browsing undoes as one edit. The rest of the canvas stays. */
  leaf(by) {
    const { all, at } = this.present;
    if (!all.length) return;
    const [now, next] = [all[at], all[(at + by + all.length) % all.length]];
    const cells = now.region.cells.map((its, cell) => its || next.region.cells[cell]);
    this.#store.swap((state) => taken(state, cells, next));
  }

  /** Accept the current result: the choice ends until Again is used. */
  accept() {
    this.#accepted = this.present.all[0]?.takes ?? null;
    this.#store.session.tell();
  }

  /** Reopen the choice. */
  reopen() {
    this.#accepted = null;
  }

  /** The canvas before the region was filled; null if unknown. */
  get #before() {
    const { all } = this.present;
    if (!all.length) return null;
    const [urls, runs] = [new Set(all.map(({ url }) => url)), new Set(all.map(({ run }) => run))];
    const { timeline, state } = this.#store;
    const isResult = ({ picture, run }) => urls.has(picture?.url) || runs.has(run);
    return timeline.past.findLast((entry) => !isResult(entry) && sameGrid(entry, state)) ?? null;
  }

  get canDiscard() {
    return this.#before !== null;
  }

  /** Restore the region; the results stay in the session. */
  discard() {
    const [{ all, at }, before] = [this.present, this.#before];
    if (before) this.#store.edit((state) => putBack(state, all[at].region.cells, before));
  }
}
