/** The codes a person likes and has lately used, of each model, in this browser only. Listen for "change". */

const KEY = "unleash.shelf.1";
const RECENT = 48;

const load = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
};

class Shelf extends EventTarget {
  #model = null;

  constructor() {
    super();
    this.favourites = [];
    this.recent = [];
  }

  /** Take up what was kept for a model whose codes are below `codebook`. */
  open(model, codebook) {
    const kept = load()[model];
    const sound = (codes) =>
      Array.isArray(codes) ? codes.filter((code) => Number.isInteger(code) && code < codebook) : [];
    this.#model = model;
    this.favourites = sound(kept?.favourites);
    this.recent = sound(kept?.recent);
    this.dispatchEvent(new Event("change"));
  }

  /** Make a code a favourite, or no longer. */
  toggle(code) {
    const others = this.favourites.filter((other) => other !== code);
    this.favourites = others.length < this.favourites.length ? others : [code, ...others];
    this.#save();
  }

  /** A code was used: it comes first. */
  use(code) {
    if (this.recent[0] === code) return;
    this.recent = [code, ...this.recent.filter((other) => other !== code)].slice(0, RECENT);
    this.#save();
  }

  #save() {
    const { favourites, recent } = this;
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...load(), [this.#model]: { favourites, recent } }));
    } catch {
      // Storage full or forbidden: they last as long as the page.
    }
    this.dispatchEvent(new Event("change"));
  }
}

export const shelf = new Shelf();
