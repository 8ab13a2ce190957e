/** The soft brush: a mask painted pixel by pixel, with a soft edge. */

import { alphaOf, paper, pictureOf, sizeOf } from "../page/blending.js";
import { clamp } from "../page/geometry.js";
import { images } from "../page/images.js";
import { soften } from "../page/state.js";
import { store } from "../page/store.js";

export const MIN_SOFT = 2;
export const MAX_SOFT = 256;

/** Above this, of 255, a pixel touches its cell: more than one half. */
const TOUCHES = 127;

// Black is all zeros except for alpha, so that the PNG is small.
const shade = (value) => [0, 0, 0, value];

/** The next larger or smaller brush, in pixels. */
export const resized = (size, by) => clamp(Math.round(size * 1.25 ** by) + by, MIN_SOFT, MAX_SOFT);

/** How much a brush covers at a distance from its middle, 0 to 255. */
export function cover(away, size, softness) {
  const radius = size / 2;
  const core = radius * (1 - softness);
  if (away <= core) return 255;
  return away >= radius ? 0 : Math.round((255 * (radius - away)) / (radius - core));
}

/** The cells of a grid that a mask of bytes touches. */
export function touchedCells({ height, width, cell }, alpha) {
  const touched = Array(height * width).fill(false);
  const across = width * cell;
  alpha.forEach((value, i) => {
    if (value <= TOUCHES) return;
    touched[Math.floor(i / across / cell) * width + Math.floor((i % across) / cell)] = true;
  });
  return touched;
}

/** The smallest rectangle of cells with all that a mask of bytes covers: {top, left, rows, columns}. */
export function boundsOf({ height, width, cell }, alpha) {
  const across = width * cell;
  const [rows, columns] = [Array(height).fill(false), Array(width).fill(false)];
  alpha.forEach((value, i) => {
    if (!value) return;
    rows[Math.floor(i / across / cell)] = true;
    columns[Math.floor((i % across) / cell)] = true;
  });
  const [top, left] = [rows, columns].map((line) => Math.max(0, line.indexOf(true)));
  const [bottom, right] = [rows, columns].map((line) => Math.max(0, line.lastIndexOf(true)));
  return { top, left, rows: bottom - top + 1, columns: right - left + 1 };
}

/** A mask of bytes over the whole canvas as the state's `soft`, of which only the part that covers something is kept. */
export function softOf(state, alpha) {
  const place = boundsOf(state, alpha);
  const { cell } = state;
  const sheet = paper(place.columns * cell, place.rows * cell);
  const whole = pictureOf(alpha, ...sizeOf(state), shade);
  sheet.getContext("2d").drawImage(whole, -place.left * cell, -place.top * cell);
  const url = sheet.toDataURL();
  images.put(url, sheet);
  const lifted = Array(state.base.length).fill(false);
  return { url, touched: touchedCells(state, alpha), lifted, ...place };
}

class SoftBrush extends EventTarget {
  #stroke = null;

  /** Put a brush of `size` pixels down at a point of the grid; false while the mask is still being loaded. */
  begin(point, erases, size = store.tool.softSize) {
    const { state } = store;
    const [width, height] = sizeOf(state);
    const alpha = state.soft ? alphaOf(state, state.soft) : new Uint8ClampedArray(width * height);
    if (!alpha) return false;
    const sheet = state.soft ? pictureOf(alpha, width, height, shade) : paper(width, height);
    this.#stroke = { state, alpha, width, height, erases, sheet, from: this.#pixel(point) };
    this.to(point, size);
    return true;
  }

  #pixel = ({ row, column }) => ({
    x: (column + 0.5) * store.state.cell,
    y: (row + 0.5) * store.state.cell,
  });

  /** Continue the stroke to a point. */
  to(point, size = store.tool.softSize) {
    const stroke = this.#stroke;
    if (!stroke) return;
    const to = this.#pixel(point);
    sweep(stroke, stroke.from, to, { softSize: size, softness: store.tool.softness });
    stroke.from = to;
    this.dispatchEvent(new Event("load"));
  }

  /** Lift the brush: the cells it touched are masked, as one edit; `fills` as in the store's `endStroke`. */
  end(fills = null) {
    const stroke = this.#stroke;
    this.#stroke = null;
    if (!stroke) return;
    if (store.state.base.length === stroke.state.base.length) {
      const soft = softOf(store.state, stroke.alpha);
      const cells = soft.touched.flatMap((touched, cell) => (touched ? [cell] : []));
      store.dab((state) => soften(state, soft), cells, fills);
    }
    this.dispatchEvent(new Event("load"));
  }

  cancel() {
    this.#stroke = null;
  }

  /** The mask to show: {image, place, live}, of the current stroke or of the canvas. */
  veil({ soft, height, width }) {
    if (this.#stroke)
      return {
        image: this.#stroke.sheet,
        live: true,
        place: { top: 0, left: 0, rows: height, columns: width },
      };
    const image = images.get(soft?.url);
    return image && { image, live: false, place: soft };
  }
}

/** Cover, or erase, what lies near the line between two points. */
function sweep({ alpha, width, height, erases, sheet }, from, to, { softSize, softness }) {
  const radius = softSize / 2;
  const low = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - radius));
  const high = (a, b, most) => Math.min(most, Math.ceil(Math.max(a, b) + radius));
  const [left, top] = [low(from.x, to.x), low(from.y, to.y)];
  const [right, bottom] = [high(from.x, to.x, width), high(from.y, to.y, height)];
  if (right <= left || bottom <= top) return;
  const part = new ImageData(right - left, bottom - top);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const covered = cover(distance(x + 0.5, y + 0.5, from, to), softSize, softness);
      const i = y * width + x;
      // The maximum of all dabs, not their sum, so that slow strokes keep a soft edge.
      alpha[i] = erases ? Math.min(alpha[i], 255 - covered) : Math.max(alpha[i], covered);
      part.data.set(shade(alpha[i]), 4 * ((y - top) * (right - left) + x - left));
    }
  sheet.getContext("2d").putImageData(part, left, top);
}

/** The distance of the point (x, y) from the line between `a` and `b`. */
function distance(x, y, a, b) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const share = length ? clamp(((x - a.x) * dx + (y - a.y) * dy) / length, 0, 1) : 0;
  return Math.hypot(x - a.x - share * dx, y - a.y - share * dy);
}

export const softBrush = new SoftBrush();
