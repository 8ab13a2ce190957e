/** Decoded pictures by URL; fires "load" when a requested one is ready. */

import { readOriginal, writeOriginal } from "./storage.js";

const KEPT = 64;

class Images extends EventTarget {
  #ready = new Map();
  #waiting = new Map();

  /** The picture, or null until it is decoded. */
  get(url) {
    if (!url) return null;
    if (!this.#ready.has(url)) this.load(url).catch(() => {});
    return this.#ready.get(url) ?? null;
  }

  /** A promise of the picture. */
  load(url) {
    if (this.#ready.has(url)) return Promise.resolve(this.#ready.get(url));
    if (!this.#waiting.has(url)) this.#waiting.set(url, this.#decode(url));
    return this.#waiting.get(url);
  }

  /** Add a picture that is already available, an image or a canvas. */
  put(url, picture) {
    this.#ready.set(url, picture);
    // The oldest are dropped, and are decoded again when needed.
    for (const old of [...this.#ready.keys()].slice(0, -KEPT)) this.#ready.delete(old);
  }

  async #decode(url) {
    const image = new Image();
    image.src = url;
    try {
      await image.decode();
      this.put(url, image);
      return image;
    } finally {
      this.#waiting.delete(url);
      this.dispatchEvent(new Event("load"));
    }
  }
}

export const images = new Images();

// --- opened pictures -------------------------------------------------------------------------------

// They are large: canvas and history only hold keys of pictures in the browser's database.
const originals = new Map();
const missing = new Set();

/** Store an opened picture, a URL or a File; returns its key. */
export function keepOriginal(url) {
  const key = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  originals.set(key, url);
  writeOriginal(key, url);
  return key;
}

/** Store an opened picture under its key from another browser. */
export function restoreOriginal(key, value) {
  if (originals.has(key)) return;
  originals.set(key, value);
  writeOriginal(key, value);
}

/** A promise of the URL or File stored under a key; null if it is gone. */
export async function rawOriginal(key) {
  return originals.get(key) ?? (await readOriginal(key)) ?? null;
}

/** The picture of a key, null if it is not loaded or gone; `images` fires "load". */
export function originalOf(key) {
  if (originals.has(key)) return images.get(originals.get(key));
  if (!missing.has(key)) fetchBack(key);
  return null;
}

/** A promise of the picture of a key, null if it is gone. */
export async function loadOriginal(key) {
  if (!originals.has(key)) await fetchBack(key);
  return originals.has(key) ? images.load(originals.get(key)) : null;
}

async function fetchBack(key) {
  missing.add(key);
  const url = await readOriginal(key);
  if (!url) return;
  originals.set(key, url);
  images.get(url);
}
