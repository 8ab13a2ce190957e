/** Extending and stitching canvases, as pure functions over states. */

import { CanvasError, columnOf, rowOf } from "./geometry.js";
import { joined, shifted, shiftedSoft } from "./pixels.js";
import { joinedRegions } from "./regions.js";
import { tidied } from "./rules.js";
import { codesOf } from "./state.js";

/** Maximum side of a canvas in cells. */
export const MAX_SIDE = 64;

function checkSize({ height, width }) {
  if (Math.max(height, width) > MAX_SIDE)
    throw new CanvasError(`A canvas must have 1×1 to ${MAX_SIDE}×${MAX_SIDE} cells, not ${height}×${width}.`);
}

/** The layers of a state moved to a position on another grid. */
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
    rules: state.rules.map((rule) => ({
      ...rule,
      cells: rule.cells.map(([row, column]) => [row + top, column + left]),
    })),
    codes: state.picture && move(state.picture.codes, state.codebook),
    soft: shiftedSoft(state.soft, top, left, move),
    lastRegion: state.lastRegion && {
      cells: move(state.lastRegion.cells, false),
      soft: shiftedSoft(state.lastRegion.soft, top, left, move),
    },
    pixels: shifted(state.pixels, top, left, move),
    selections: state.selections.map(({ name, cells }) => ({ name, cells: cells.map(to) })),
    regions: state.regions.map(({ shows, cells }) => ({ shows, cells: cells.map(to) })),
  };
}

/** The older mask of a canvas that grows, as a state's `aside`; cells for which `inside(cell)` are to be filled now. */
function asideOf({ base, masked, codebook }, inside = () => false) {
  const flags = masked.map((is, cell) => is && base[cell] !== codebook && !inside(cell));
  return flags.includes(true) ? flags : null;
}

/** A larger canvas with masked rows and columns added on each side; `url` shows its picture. */
export function extended(state, { left = 0, right = 0, top = 0, bottom = 0 }, url = null) {
  for (const [side, more] of Object.entries({ left, right, top, bottom })) {
    if (!Number.isInteger(more)) throw new CanvasError(`${side} must be a whole number, not ${more}.`);
    if (more < 0) throw new CanvasError(`${side} must be 0 or more cells, not ${more}.`);
  }
  const grid = { height: state.height + top + bottom, width: state.width + left + right };
  checkSize(grid);
  const { codes, ...layers } = moved(state, grid, top, left);
  const picture = url && state.picture ? { url, codes } : null;
  const aside = asideOf({ ...state, ...layers });
  const fresh = { recipe: null, seam: null, filling: null, unfinished: null };
  return { ...state, ...grid, ...layers, picture, aside, ...fresh };
}

/** Join `b` to the right of `a`, or below it if `axis` is "vertical", with a masked seam of `seam` cells. */
export function stitched(a, b, axis, seam, url = null) {
  const beside = axis === "horizontal";
  const [meet, along] = beside ? ["height", "width"] : ["width", "height"];
  if (a[meet] !== b[meet])
    throw new CanvasError(
      `The sides that meet must have the same length, not ${a[meet]} and ${b[meet]} cells: choose another picture.`,
    );
  if (a.codebook !== b.codebook)
    throw new CanvasError(`The codebooks must be the same, not ${a.codebook} and ${b.codebook} codes.`);
  const grid = { [meet]: a[meet], [along]: a[along] + b[along] };
  checkSize(grid);
  if (seam < 0 || Math.floor(seam / 2) > a[along] || Math.ceil(seam / 2) > b[along])
    throw new CanvasError(
      `A seam of ${seam} cells does not fit: half of it lies in each canvas, and they have ${a[along]} and ${b[along]} cells.`,
    );
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
    rules: tidied({ ...grid, rules: [...first.rules, ...second.rules] }).rules,
    soft: first.soft,
    selections: first.selections,
    regions: joinedRegions(first.regions, second.regions),
    pixels: joined(first.pixels, second.pixels),
    recipe: null,
    lastRegion: null,
    filling: null,
    unfinished: null,
    seam: { axis, at: a[along], room: 2 * Math.min(a[along], b[along]), cells: 0, masked },
  };
  const picture = url && { url, codes: codesOf(whole) };
  return withSeam({ ...whole, picture }, seam);
}

/** Change the width of a stitched canvas's seam, half of it in each picture. */
export function withSeam(state, cells) {
  if (!state.seam || state.seam.cells === cells) return state;
  const { axis, at, masked } = state.seam;
  const within = (wide) => (cell) => {
    const place = axis === "horizontal" ? columnOf(state, cell) : rowOf(state, cell);
    return place >= at - Math.floor(wide / 2) && place < at + Math.ceil(wide / 2);
  };
  const [inside, before] = [within(cells), within(state.seam.cells)];
  return {
    ...state,
    masked: state.masked.map((now, cell) => inside(cell) || (before(cell) ? masked[cell] : now)),
    aside: asideOf({ ...state, masked }, inside),
    seam: { ...state.seam, cells },
  };
}
