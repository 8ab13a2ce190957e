/** The codes of a model: thumbnails, names, favourites. */

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

  /** The position of a code on the sheet, in pixels; null until the sheet is loaded. */
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

/** The searchable words of a code: its name and look. */
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

/** Several codes in words: their common name, else their number. */
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

/** Favourite and recently used codes per model, stored in this browser. Listen for "change". */
class Shelf extends EventTarget {
  #model = null;

  constructor() {
    super();
    this.favourites = [];
    this.recent = [];
  }

  /** Load what is stored for a model with `codebook` codes. */
  open(model, codebook) {
    const kept = read(SHELF)?.[model];
    const sound = (codes) =>
      Array.isArray(codes) ? codes.filter((code) => Number.isInteger(code) && code < codebook) : [];
    this.#model = model;
    this.favourites = sound(kept?.favourites);
    this.recent = sound(kept?.recent);
    this.dispatchEvent(new Event("change"));
  }

  /** Toggle a favourite. */
  toggle(code) {
    const others = this.favourites.filter((other) => other !== code);
    this.favourites = others.length < this.favourites.length ? others : [code, ...others];
    this.#save();
  }

  /** Move a used code to the front. */
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
