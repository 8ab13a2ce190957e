/**
 * The canvas as an immutable value, and every edit of it as a pure function.
 *
 * `base` holds the code of each cell, the mask token where nothing is known. `masked` says which cells
 * the person wants filled; what lies beneath the mask stays in `base`, so lifting the mask shows it again.
 * `pins` maps cells to the codes the person chose; `rules` says of cells which codes they may get, as the
 * server writes it: a list of `{cells: [[row, column]…], codes, allowed, strength}`. `picture` is what the decoder last rendered and the
 * codes it rendered, and which cells it `filled`; `recipe` is how it was made, null when no run made it.
 * A cell has `cell` pixels a side; `soft` is the soft brush's mask and `pixels` are those of opened pictures
 * (pixels.js); `seam` is where a stitched canvas (growing.js) was joined.
 */

import { lift as liftSoft, painted } from "./pixels.js";

export function blank({ height, width, codebook, cell = 16 }) {
  const size = height * width;
  return {
    height,
    width,
    codebook,
    cell,
    base: Array(size).fill(codebook),
    masked: Array(size).fill(true),
    pins: {},
    rules: [],
    picture: null,
    recipe: null,
    soft: null,
    pixels: null,
    seam: null,
  };
}

export const sameGrid = (a, b) => a.height === b.height && a.width === b.width && a.codebook === b.codebook;

/** The code a cell shows, masked or not; the mask token where nothing is known. */
export const codeOf = (state, cell) => state.pins[cell] ?? state.base[cell];

export const isKnown = (state, cell) => codeOf(state, cell) !== state.codebook;

/** "pinned", "masked" or "kept". */
export function kindOf(state, cell) {
  if (cell in state.pins) return "pinned";
  return state.masked[cell] ? "masked" : "kept";
}

export const codesOf = (state) => state.base.map((_, cell) => codeOf(state, cell));

/** How many cells a run would fill. */
export const openCells = (state) =>
  state.masked.filter((masked, cell) => masked && !(cell in state.pins)).length;

const everyCell = (state) => state.base.map((_, cell) => cell);

function remask(state, masked) {
  // A cell with nothing beneath cannot be kept: it stays masked.
  const lawful = masked.map((wanted, cell) => wanted || state.base[cell] === state.codebook);
  const changed = lawful.some((wanted, cell) => wanted !== state.masked[cell]);
  if (!changed) return state;
  // Once kept, a cell is no longer the run's: masked again, it waits to be replaced like any other.
  const filled = state.picture?.filled?.map((was, cell) => was && lawful[cell]);
  const picture = state.picture && { ...state.picture, filled };
  return { ...state, masked: lawful, picture, soft: liftSoft(state.soft, lawful) };
}

export function mask(state, cells) {
  const masked = [...state.masked];
  for (const cell of cells) masked[cell] = true;
  return remask(state, masked);
}

/** Mask these cells to be replaced, also those that a run has filled since they were masked. */
export function renew(state, cells) {
  const renewed = new Set(cells);
  const filled = state.picture?.filled?.map((was, cell) => was && !renewed.has(cell));
  return mask({ ...state, picture: state.picture && { ...state.picture, filled } }, cells);
}

/** Lift the mask of the `open` cells, flags for the whole grid, of which something is known; pins stay. */
export const settle = (state, open) =>
  remask(
    state,
    state.masked.map((was, cell) => was && !open[cell]),
  );

export function unpin(state, cells) {
  const gone = cells.filter((cell) => cell in state.pins);
  if (!gone.length) return state;
  const pins = { ...state.pins };
  for (const cell of gone) delete pins[cell];
  return { ...state, pins };
}

/** Lift the mask and the pins of these cells: what is beneath is kept. */
export function keep(state, cells) {
  const masked = [...state.masked];
  for (const cell of cells) masked[cell] = false;
  return unpin(remask(state, masked), cells);
}

export function pin(state, cells, code) {
  if (cells.every((cell) => state.pins[cell] === code)) return state;
  const pins = { ...state.pins };
  for (const cell of cells) pins[cell] = code;
  return { ...state, pins };
}

export const maskAll = (state) => mask(state, everyCell(state));

export const clearMask = (state) => remask(state, Array(state.base.length).fill(false));

export const clearPins = (state) => unpin(state, everyCell(state));

export const invert = (state) =>
  remask(
    state,
    state.masked.map((masked) => !masked),
  );

/** Whether a masked cell shows what the last run made of it, rather than something yet to be replaced. */
export const isFilled = (state, cell) => Boolean(state.picture?.filled?.[cell]) && isKnown(state, cell);

/** The soft brush's mask, which touches these cells: they are masked, those it has left are kept. */
export function soften(state, soft) {
  const before = state.soft;
  const masked = state.masked.map(
    (was, cell) => soft.touched[cell] || (was && !(before?.touched[cell] && !before.lifted[cell])),
  );
  const next = remask({ ...state, soft: null }, masked);
  return { ...next, soft: liftSoft(soft, next.masked) };
}

/** What a run that begins now leaves of the opened pictures' pixels. */
export const pixelsAfterRun = ({ pixels, masked, pins, soft }) =>
  painted(
    pixels,
    masked.map((open, cell) => open || cell in pins),
    soft,
  );

/** Put codes and their picture beneath the person's mask and pins; a run `filled` these cells. */
export function place(state, { codes, url, filled = null, recipe = null, pixels = null }) {
  const next = {
    ...state,
    base: [...codes],
    picture: { url, codes, filled },
    recipe,
    pixels,
  };
  return remask(next, next.masked);
}
