/** Canvases of other sizes, as pure functions over states: extended on a side, two in one. */

import { joined, shifted, shiftedSoft } from "./pixels.js";
import { columnOf, rowOf } from "./geometry.js";

/** Cells on a side of the largest canvas. */
export const MAX_SIDE = 64;

/** The layers of a state on a grid of another size, so many rows and columns further. */
function moved(state, grid, top, left) {
  const to = (cell) => (rowOf(state, cell) + top) * grid.width + columnOf(state, cell) + left;
  const move = (flat, empty) => {
    const larger = Array(grid.height * grid.width).fill(empty);
    flat.forEach((value, cell) => (larger[to(cell)] = value));
    return larger;
  };
  return {
    base: move(state.base, state.codebook),
    masked: move(state.masked, true),
    pins: Object.fromEntries(Object.entries(state.pins).map(([cell, code]) => [to(Number(cell)), code])),
    rules: (state.rules ?? []).map((rule) => ({
      ...rule,
      cells: rule.cells.map(([row, column]) => [row + top, column + left]),
    })),
    codes: state.picture && move(state.picture.codes, state.codebook),
    filled: state.picture?.filled && move(state.picture.filled, false),
    soft: shiftedSoft(state.soft, top, left, move),
    pixels: shifted(state.pixels, top, left, move),
  };
}

/** So many rows and columns more, of which nothing is known; `url` shows the larger picture. */
export function extended(state, { left = 0, right = 0, top = 0, bottom = 0 }, url) {
  const grid = { height: state.height + top + bottom, width: state.width + left + right };
  const { codes, filled, ...layers } = moved(state, grid, top, left);
  const picture = url && state.picture ? { url, codes, filled } : null;
  return { ...state, ...grid, ...layers, picture, recipe: null, seam: null };
}

/**
 * `b` right of `a`, or below it where `axis` is "vertical", with a seam of so many cells masked.
 * Throws what is wrong in a sentence if they do not fit.
 */
export function stitched(a, b, axis, seam, url) {
  const beside = axis === "horizontal";
  const [meet, along] = beside ? ["height", "width"] : ["width", "height"];
  if (a[meet] !== b[meet])
    throw new Error(`The sides that meet differ: ${a[meet]} and ${b[meet]} cells. Choose another picture.`);
  if (a[along] + b[along] > MAX_SIDE) throw new Error(`Both together are longer than ${MAX_SIDE} cells.`);
  const grid = { [meet]: a[meet], [along]: a[along] + b[along] };
  const [first, second] = [
    moved(a, grid, 0, 0),
    beside ? moved(b, grid, 0, a.width) : moved(b, grid, a.height, 0),
  ];
  const inFirst = first.base.map((_, cell) => (beside ? cell % grid.width : rowOf(grid, cell)) < a[along]);
  const both = (layer) => first[layer].map((value, cell) => (inFirst[cell] ? value : second[layer][cell]));
  const masked = both("masked");
  const whole = {
    ...a,
    ...grid,
    base: both("base"),
    masked,
    pins: { ...first.pins, ...second.pins },
    rules: [...first.rules, ...second.rules],
    soft: first.soft,
    pixels: joined(first.pixels, second.pixels),
    picture: url ? { url, codes: null, filled: null } : null,
    recipe: null,
    seam: { axis, at: a[along], room: 2 * Math.min(a[along], b[along]), cells: 0, masked },
  };
  if (whole.picture) whole.picture.codes = whole.base.map((code, cell) => whole.pins[cell] ?? code);
  return withSeam(whole, seam);
}

/** The seam of a stitched canvas made so many cells wide, half of them in each picture. */
export function withSeam(state, cells) {
  if (!state.seam || state.seam.cells === cells) return state;
  const { axis, at, masked } = state.seam;
  const within = (wide) => (cell) => {
    const place = axis === "horizontal" ? columnOf(state, cell) : rowOf(state, cell);
    return place >= at - Math.floor(wide / 2) && place < at + Math.ceil(wide / 2);
  };
  const [inside, before] = [within(cells), within(state.seam.cells)];
  const filled = state.picture?.filled?.map((was, cell) => was && (inside(cell) || !before(cell)));
  return {
    ...state,
    masked: state.masked.map((now, cell) => inside(cell) || (before(cell) ? masked[cell] : now)),
    picture: state.picture && { ...state.picture, filled },
    seam: { ...state.seam, cells },
  };
}
