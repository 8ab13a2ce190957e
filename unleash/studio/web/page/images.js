/** Pictures by their URL, decoded once; "load" is told when one that was asked for is there. */

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

  /** A picture that is at hand already, an image or a canvas. */
  put(url, picture) {
    this.#ready.set(url, picture);
    // The oldest go; who asks for one again waits for it again.
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
