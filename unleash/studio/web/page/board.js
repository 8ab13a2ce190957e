/** A small picture with its grid, for the lesson; unknown cells are veiled. */

const VEIL = 0.82; // opacity of the veil over the guess at an unknown cell
const FRESH_MS = 600;

export class Board {
  #surface;
  #image = null;
  #known = [];
  #since = new Map();
  #shown = Promise.resolve();

  constructor(surface) {
    this.#surface = surface;
    const redraw = () => this.#draw();
    new MutationObserver(redraw).observe(document.body, { attributeFilter: ["class"] });
    redraw();
  }

  /** Show the picture at `url` (null: none) where `known` (rows of booleans) is true. */
  show(url, known) {
    // Pictures may finish loading out of order: each waits for the previous one.
    this.#shown = this.#shown.then(async () => {
      if (url) this.#image = await loaded(url);
      this.cover(known, true);
    });
    return this.#shown;
  }

  /** Change the veiled cells; those that just became known may be highlighted. */
  cover(known, light = false) {
    const now = performance.now();
    if (light)
      known.flat().forEach((is, cell) => {
        if (is && this.#known.flat()[cell] === false) this.#since.set(cell, now);
      });
    this.#known = known;
    this.#draw();
  }

  /** Clear the board. */
  clear(height, width) {
    this.#shown = this.#shown.then(() => {
      this.#image = null;
      this.#since.clear();
      this.cover(Array.from({ length: height }, () => Array(width).fill(false)));
    });
  }

  #draw() {
    const surface = this.#surface;
    const context = surface.getContext("2d");
    const style = getComputedStyle(surface);
    const color = (name) => style.getPropertyValue(`--${name}`).trim();
    context.fillStyle = color("paper");
    context.fillRect(0, 0, surface.width, surface.height);
    if (this.#image) context.drawImage(this.#image, 0, 0, surface.width, surface.height);
    const [rows, columns] = [this.#known.length, this.#known[0]?.length ?? 0];
    const [width, height] = [surface.width / columns, surface.height / rows];
    context.strokeStyle = color("hatch");
    this.#known.flat().forEach((is, cell) => {
      const [x, y] = [(cell % columns) * width, Math.floor(cell / columns) * height];
      if (!is) this.#veil(context, x, y, width, height);
      else this.#lightUp(context, cell, x, y, width, height, color("fresh"));
    });
    if (this.#since.size) requestAnimationFrame(() => this.#draw());
  }

  #veil(context, x, y, width, height) {
    context.globalAlpha = this.#image ? VEIL : 1;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
    context.beginPath();
    for (const share of [0, 0.5]) {
      context.moveTo(x + width * share, y + height);
      context.lineTo(x + width, y + height * share);
    }
    context.moveTo(x, y + height / 2);
    context.lineTo(x + width / 2, y);
    context.stroke();
  }

  #lightUp(context, cell, x, y, width, height, color) {
    const left = 1 - (performance.now() - this.#since.get(cell)) / FRESH_MS;
    if (!(left > 0)) {
      this.#since.delete(cell);
      return;
    }
    const paper = context.fillStyle;
    context.fillStyle = color;
    context.globalAlpha = 0.7 * left * left;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
    context.fillStyle = paper;
  }
}

async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}
