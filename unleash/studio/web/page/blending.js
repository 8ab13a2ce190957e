/**
 * Opened pictures and what was painted over them, pixel by pixel. As `unleash.images.compositing` does it on the server:
 * a mask says where the made picture goes, whole cells fade over half a cell into what is kept around them.
 */

import { images, loadOriginal, originalOf } from "./images.js";
import { isSoft } from "./pixels.js";

export function paper(width, height) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  return canvas;
}

export const sizeOf = (state) => [state.width * state.cell, state.height * state.cell];

/** The alpha of a soft mask over the whole canvas, as bytes; null until its image is there. */
export function alphaOf(state, soft) {
  const [width, height] = sizeOf(state);
  const image = images.get(soft.url);
  if (!image) return null;
  const pen = paper(width, height).getContext("2d", { willReadFrequently: true });
  const { cell } = state;
  pen.drawImage(image, soft.left * cell, soft.top * cell, soft.columns * cell, soft.rows * cell);
  soft.lifted.forEach((gone, index) => {
    if (!gone) return;
    pen.clearRect((index % state.width) * cell, Math.floor(index / state.width) * cell, cell, cell);
  });
  const { data } = pen.getImageData(0, 0, width, height);
  return Uint8ClampedArray.from({ length: width * height }, (_, i) => data[4 * i + 3]);
}

/** The mask of whole cells as bytes, grown by an edge that fades to nothing over `feather` pixels. */
function ofCells(state, cells, feather) {
  const [width, height] = sizeOf(state);
  const { cell } = state;
  const mask = new Float32Array(width * height);
  cells.forEach((covered, index) => {
    if (!covered) return;
    const [top, left] = [Math.floor(index / state.width) * cell, (index % state.width) * cell];
    for (let y = top; y < top + cell; y++) mask.fill(255, y * width + left, y * width + left + cell);
  });
  const reach = Math.floor(feather / 2);
  if (!reach) return mask;
  const largest = (values) => Math.max(...values);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  let soft = mask;
  for (const reduce of [largest, mean])
    for (const [step, length, other, lines] of [
      [width, height, 1, width],
      [1, width, width, height],
    ])
      soft = along(soft, { step, length, other, lines, reach, reduce });
  return soft;
}

// A cell is wider than two reaches, so where its two ends and its middle are equal, nothing changes.
function along(values, { step, length, other, lines, reach, reduce }) {
  const out = Float32Array.from(values);
  const around = new Float32Array(2 * reach + 1);
  for (let line = 0; line < lines; line++) {
    const start = line * other;
    const at = (i) => values[start + Math.min(Math.max(i, 0), length - 1) * step];
    for (let i = 0; i < length; i++) {
      if (at(i - reach) === at(i) && at(i) === at(i + reach)) continue;
      for (let k = -reach; k <= reach; k++) around[k + reach] = at(i + k);
      out[start + i * step] = reduce(around);
    }
  }
  return out;
}

/** Where what was made goes over the originals, as bytes; null until all masks are there. */
export function coverage(state, layers, whole, feather) {
  const full = [...whole];
  const softs = [];
  for (const { cells, soft } of layers) {
    cells.forEach((covered, cell) => (full[cell] ||= covered && !isSoft(soft, cell)));
    if (!soft) continue;
    const alpha = alphaOf(state, soft);
    if (!alpha) return null;
    softs.push(alpha);
  }
  const mask = Uint8ClampedArray.from(ofCells(state, full, feather));
  for (const alpha of softs) for (let i = 0; i < mask.length; i++) if (alpha[i] > mask[i]) mask[i] = alpha[i];
  return mask;
}

/** Cells of which no original shows anything: those beyond all of them, and pins. */
function beyond(state) {
  const covered = (cell) => {
    const [row, column] = [Math.floor(cell / state.width), cell % state.width];
    return state.pixels.originals.some(
      ({ top, left, rows, columns }) =>
        row >= top && row < top + rows && column >= left && column < left + columns,
    );
  };
  return state.base.map((_, cell) => cell in state.pins || !covered(cell));
}

/** The canvas' originals in their places; null until all are there. */
export function originals(state) {
  const sheet = paper(...sizeOf(state));
  const pen = sheet.getContext("2d");
  const { cell } = state;
  for (const { key, top, left, rows, columns } of state.pixels.originals) {
    const image = originalOf(key);
    if (!image) return null;
    pen.drawImage(image, left * cell, top * cell, columns * cell, rows * cell);
  }
  return sheet;
}

/** Bytes as a picture: `paint(value)` is [red, green, blue, alpha]. */
export function pictureOf(bytes, width, height, paint) {
  const sheet = paper(width, height);
  const pixels = new ImageData(width, height);
  bytes.forEach((value, i) => pixels.data.set(paint(value), 4 * i));
  sheet.getContext("2d").putImageData(pixels, 0, 0);
  return sheet;
}

// What was computed last: a run sends many frames under one mask.
let last = { pixels: null };

function parts(state) {
  const { pixels, pins } = state;
  if (last.pixels === pixels && last.pins === pins) return last;
  const sheet = originals(state);
  const mask = sheet && coverage(state, pixels.layers, beyond(state), Math.floor(state.cell / 2));
  if (!mask) return null;
  const veil = pictureOf(mask, sheet.width, sheet.height, (value) => [255, 255, 255, value]);
  const pen = paper(sheet.width, sheet.height).getContext("2d");
  pen.drawImage(sheet, 0, 0);
  pen.globalCompositeOperation = "destination-out";
  pen.drawImage(veil, 0, 0);
  last = { pixels, pins, sheet, mask, kept: pen.canvas };
  return last;
}

/** `picture` with what is kept of the originals over it; itself where nothing is. */
export function blended(state, picture) {
  const found = picture && state.pixels ? parts(state) : null;
  if (!found) return picture;
  const whole = paper(...sizeOf(state));
  const pen = whole.getContext("2d");
  pen.drawImage(picture, 0, 0, whole.width, whole.height);
  pen.drawImage(found.kept, 0, 0);
  return whole;
}

/**
 * A promise of what the server needs to save it: {original, mask} as PNGs, and `photos`, the files of which the
 * originals show less than there is; null where nothing is kept. `photoOf` makes a promise of what the server needs of
 * one, {path, box}.
 */
export async function toSave(state, photoOf) {
  if (!state.pixels) return null;
  const { originals: given, layers } = state.pixels;
  const softs = layers.flatMap(({ soft }) => soft ?? []);
  await Promise.allSettled([
    ...given.map(({ key }) => loadOriginal(key)),
    ...softs.map(({ url }) => images.load(url)),
  ]);
  const found = parts(state);
  if (!found) return null;
  const grey = pictureOf(found.mask, found.sheet.width, found.sheet.height, (v) => [v, v, v, 255]);
  const photos = await Promise.all(
    given.map(async ({ photo, ...placed }) => {
      const file = photo && (await photoOf(photo));
      return file && { ...file, place: placeOf(state, placed) };
    }),
  );
  const mask = grey.toDataURL();
  return { original: found.sheet.toDataURL(), mask, photos: photos.filter(Boolean) };
}

/** Where cells lie on the canvas: [left, top, right, bottom] in pixels. */
const placeOf = ({ cell }, { top, left, rows, columns }) =>
  [left, top, left + columns, top + rows].map((edge) => edge * cell);

/**
 * A promise of a URL: the pictures of the states `of` in their places, {of, top, left} in cells of a grid.
 * It is only displayed; what is saved is decoded from the codes.
 */
export async function pasted({ cell }, grid, placed) {
  const sheet = paper(grid.width * cell, grid.height * cell);
  const pen = sheet.getContext("2d");
  for (const { of, top, left } of placed) {
    if (!of.picture) continue;
    const image = await images.load(of.picture.url);
    pen.drawImage(image, left * cell, top * cell, of.width * cell, of.height * cell);
  }
  const url = sheet.toDataURL("image/webp", 0.95);
  images.put(url, sheet);
  return url;
}
