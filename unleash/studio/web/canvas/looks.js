/** Similar-looking cells: a feature vector for each cell of a picture, and their distances. */

import { paper } from "../page/blending.js";
import { region } from "../page/geometry.js";

const SIDE = 4; // pixels that a cell is shrunk to
const TEXTURE = 0.5; // how much contrast within a cell counts beside its colour

/** The look of every cell of a picture on a grid, as {red, green, blue, contrast} from 0 to 1. */
export function looksOf(picture, { height, width }) {
  const pen = paper(width * SIDE, height * SIDE).getContext("2d", { willReadFrequently: true });
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, width * SIDE, height * SIDE);
  return Array.from({ length: height * width }, (_, cell) => {
    const [row, column] = [Math.floor(cell / width), cell % width];
    return lookOf(pen.getImageData(column * SIDE, row * SIDE, SIDE, SIDE).data);
  });
}

/** The look of one cell, of its pixels as red, green, blue and alpha bytes. */
export function lookOf(bytes) {
  const count = bytes.length / 4;
  const mean = (valueAt) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += valueAt(4 * i);
    return sum / count;
  };
  const [red, green, blue] = [0, 1, 2].map((channel) => mean((at) => bytes[at + channel] / 255));
  const light = (red + green + blue) / 3;
  const spread = mean((at) => ((bytes[at] + bytes[at + 1] + bytes[at + 2]) / 765 - light) ** 2);
  return { red, green, blue, contrast: Math.sqrt(spread) };
}

/** How different two looks are, 0 for the same, about 1 for black and white. */
export function difference(a, b) {
  const colour = Math.hypot(a.red - b.red, a.green - b.green, a.blue - b.blue) / Math.sqrt(3);
  return colour + TEXTURE * Math.abs(a.contrast - b.contrast);
}

/** The cells that differ from `cell` by no more than `tolerance`: those `connected` with it, or all. */
export function alike(grid, looks, cell, { tolerance, connected }) {
  const near = looks.map((look) => difference(look, looks[cell]) <= tolerance);
  if (connected) return region(grid, cell, (other) => near[other]);
  return looks.flatMap((_, other) => (near[other] ? [other] : []));
}
