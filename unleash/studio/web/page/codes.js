/** What codes look like, on the model's sheet, what they are called, and which of them a person likes. */

import { strengthInWords } from "./rules.js";
import { read, SHELF, write } from "./storage.js";

/** The sheet that shows every code: one image, `columns` thumbnails of `side` pixels in a row. */
export class Sprite extends EventTarget {
  #image = null;

  constructor() {
    super();
    this.sheet = null;
  }

  /** `sheet` = {url, columns, side, order}; `order` lists the codes as they lie on the sheet. */
  async load(sheet) {
    const image = new Image();
    image.src = sheet.url;
    await image.decode();
    this.#image = image;
    this.sheet = sheet;
    this.places = new Map(sheet.order.map((code, place) => [code, place]));
    this.dispatchEvent(new Event("load"));
  }

  /** Where a code lies on the sheet, in pixels; null before the sheet is there. */
  placeOf(code) {
    const place = this.places?.get(code);
    if (place === undefined) return null;
    const { columns, side } = this.sheet;
    return {
      x: (place % columns) * side,
      y: Math.floor(place / columns) * side,
      side,
    };
  }

  paint(context, code, x, y, size) {
    const from = this.placeOf(code);
    if (!from) return;
    context.drawImage(this.#image, from.x, from.y, from.side, from.side, x, y, size, size);
  }
}

export const sprite = new Sprite();

/** The name of a code and its share of what the code shows, null if it has none. */
export const nameOf = (code) => sprite.sheet?.names?.[code] ?? null;

/** Everything a code can be found by: its name, and how it looks. */
export function wordsOf(code) {
  const name = nameOf(code);
  const looks = sprite.sheet?.words?.[code] ?? [];
  return name ? [name[0], ...looks] : looks;
}

/** A code in a few words: "window 83 % · grey, upright". */
export function about(code) {
  const name = nameOf(code);
  const looks = (sprite.sheet?.words?.[code] ?? []).join(", ");
  return name ? `${name[0]} ${Math.round(name[1] * 100)} % · ${looks}` : looks;
}

/** Several codes in a word: what they have in common, else how many they are. */
export function titleOf(codes) {
  if (codes.length === 1) return nameOf(codes[0])?.[0] ?? `tile ${codes[0]}`;
  const common = codes.slice(1).reduce((shared, code) => {
    const here = wordsOf(code);
    return shared.filter((word) => here.includes(word));
  }, wordsOf(codes[0]));
  return common[0] ?? `${codes.length} tiles`;
}

/** A rule in words: "only window", "avoid sky". */
export const ruleInWords = (rule) => `${strengthInWords(rule)} ${titleOf(rule.codes)}`;

// --- favourites and recent codes ---------------------------------------------------------------------

const RECENT = 48;

/** The codes a person likes and has lately used, of each model, in this browser only. Listen for "change". */
class Shelf extends EventTarget {
  #model = null;

  constructor() {
    super();
    this.favourites = [];
    this.recent = [];
  }

  /** Take up what was kept for a model whose codes are below `codebook`. */
  open(model, codebook) {
    const kept = read(SHELF)?.[model];
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
    write(SHELF, { ...read(SHELF), [this.#model]: { favourites, recent } });
    this.dispatchEvent(new Event("change"));
  }
}

export const shelf = new Shelf();
