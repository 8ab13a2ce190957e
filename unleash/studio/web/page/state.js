/**
 * The canvas as an immutable value, and every edit of it as a pure function: `TokenCanvas` of the server, by the
 * same operations (tests/cases). They take cells by their index or as flags for the whole grid, return the same
 * state where nothing changes, and throw a CanvasError where they cannot be done.
 *
 * `base` holds the code of each cell, the mask token where nothing is known. `masked` says which cells are to be
 * filled, as all are of which nothing is known; what lies beneath the mask stays in `base`, so lifting it shows it
 * again. `pins` maps cells to the codes the person chose; `rules` (rules.js) says which codes cells may get.
 *
 * What only the page knows: `picture` is what the decoder last rendered and the codes it rendered; `recipe` is how
 * it was made, null when no run made it. A cell has `cell` pixels a side; `soft` is the soft brush's mask and
 * `pixels` are those of opened pictures (pixels.js); `seam` is where a stitched canvas (growing.js) was joined.
 * `lastRegion` is {cells, soft}, what the last run filled, null before any; `filling` are flags of the cells whose
 * mask the run under way may still lift, as the person has not masked or kept them since it began. `unfinished` is
 * what it takes to resume the run that was stopped on this canvas (run.js). `selections` are masks with a name
 * (selections.js), `regions` are parts with a label or prompt of their own (regions.js). `aside` are flags of the cells
 * that were masked before the canvas grew, null if none were: Generate fills them once nothing else is left to fill.
 */

import { CanvasError, cellName } from "./geometry.js";
import { lift as liftSoft } from "./pixels.js";

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
    lastRegion: null,
    filling: null,
    unfinished: null,
    selections: [],
    aside: null,
    regions: [],
  };
}

export const sameGrid = (a, b) => a.height === b.height && a.width === b.width && a.codebook === b.codebook;

// --- seen as ---------------------------------------------------------------------------------------

/** The code a cell shows, masked or not; the mask token if unknown. */
export const codeOf = (state, cell) => state.pins[cell] ?? state.base[cell];

export const isKnown = (state, cell) => codeOf(state, cell) !== state.codebook;

/** "pinned", "masked" or "kept". */
export function kindOf(state, cell) {
  if (cell in state.pins) return "pinned";
  return state.masked[cell] ? "masked" : "kept";
}

export const codesOf = (state) => state.base.map((_, cell) => codeOf(state, cell));

/** Flags of the cells that a run would fill. */
export const unknown = (state) => state.masked.map((masked, cell) => masked && !(cell in state.pins));

/** The number of cells that a run would fill. */
export const openCells = (state) => unknown(state).filter(Boolean).length;

/** What a run would fill now, as a state's `lastRegion`. */
export const regionOf = (state) => ({ cells: unknown(state), soft: state.soft });

// --- checked ---------------------------------------------------------------------------------------

/** Cells, as indices or flags, as flags for the whole grid. */
export function flagsOf({ base, height, width }, cells) {
  if (typeof cells[0] === "boolean") {
    if (cells.length === base.length) return cells;
    throw new CanvasError(`The boolean array has ${cells.length} cells, the canvas ${base.length}.`);
  }
  const flags = Array(base.length).fill(false);
  for (const cell of cells) {
    if (!(cell in flags)) throw new CanvasError(`Cell ${cell} is off the grid of ${height}×${width} cells.`);
    flags[cell] = true;
  }
  return flags;
}

function checkCode({ codebook }, code) {
  if (!Number.isInteger(code)) throw new CanvasError(`A code must be a whole number, not ${code}.`);
  if (code < 0 || code >= codebook)
    throw new CanvasError(`Code ${code} is not in the codebook: codes are 0 to ${codebook - 1}.`);
}

function checkCodes({ base, codebook }, codes) {
  if (codes.length !== base.length)
    throw new CanvasError(`The codes are ${codes.length}, the canvas has ${base.length} cells.`);
  for (const code of new Set(codes)) if (code !== codebook) checkCode({ codebook }, code);
}

// --- the mask --------------------------------------------------------------------------------------

const everyCell = (state) => Array(state.base.length).fill(true);

function withMask(state, masked) {
  const lawful = masked.map((wanted, cell) => wanted || state.base[cell] === state.codebook);
  const changed = lawful.some((wanted, cell) => wanted !== state.masked[cell]);
  return changed ? { ...state, masked: lawful, soft: liftSoft(state.soft, lawful) } : state;
}

// A cell that the person masks or keeps during a run stays so.
function remask(state, masked) {
  const next = withMask(state, masked);
  if (next === state) return next;
  const same = (its, cell) => its && next.masked[cell] === state.masked[cell];
  return { ...next, filling: state.filling?.map(same) ?? null, aside: state.aside?.map(same) ?? null };
}

/** Mask cells, so that they are filled again. Pins stay. */
export function mask(state, cells) {
  const flags = flagsOf(state, cells);
  const next = remask(
    state,
    state.masked.map((was, cell) => was || flags[cell]),
  );
  const wanted = next.aside?.some((is, cell) => is && flags[cell]);
  return wanted ? { ...next, aside: next.aside.map((is, cell) => is && !flags[cell]) } : next;
}

/** Unmask cells whose base code is known, so that it shows again. Pins stay. */
export function keep(state, cells) {
  const flags = flagsOf(state, cells);
  return remask(
    state,
    state.masked.map((was, cell) => was && !flags[cell]),
  );
}

export const invert = (state) =>
  remask(
    state,
    state.masked.map((masked) => !masked),
  );

export const maskAll = (state) => mask(state, everyCell(state));

export const clearMask = (state) => keep(state, everyCell(state));

/** Flags of the cells whose mask Generate leaves for later; null if it leaves none. */
export function waiting(state) {
  if (!state.aside) return null;
  const open = unknown(state);
  const later = open.map((is, cell) => is && state.aside[cell] && state.base[cell] !== state.codebook);
  const now = open.some((is, cell) => is && !later[cell]);
  return now && later.includes(true) ? later : null;
}

/** The canvas with the mask of what Generate fills now. */
export function due(state) {
  const later = waiting(state);
  return later ? keep(state, later) : state;
}

/** Set the soft brush's mask: the cells it touches are masked, those it no longer touches are kept. */
export function soften(state, soft) {
  const before = state.soft;
  const masked = state.masked.map(
    (was, cell) => soft.touched[cell] || (was && !(before?.touched[cell] && !before.lifted[cell])),
  );
  const next = remask({ ...state, soft: null }, masked);
  return { ...next, soft: liftSoft(soft, next.masked) };
}

/** Mask the last region and nothing else, to fill it again. */
export function again(state) {
  const { cells, soft } = state.lastRegion;
  const masked = state.base.map((code, cell) => cells[cell] || code === state.codebook);
  return { ...state, masked, soft };
}

// --- pins ------------------------------------------------------------------------------------------

/** Pin cells to a code; only `unpin`, `pin` and `blank` change a pin. */
export function pin(state, cells, code) {
  checkCode(state, code);
  const flags = flagsOf(state, cells);
  if (flags.every((wanted, cell) => !wanted || state.pins[cell] === code)) return state;
  const pins = { ...state.pins };
  flags.forEach((wanted, cell) => wanted && (pins[cell] = code));
  return { ...state, pins };
}

/** Remove the pins of cells, so that what is below shows. */
export function unpin(state, cells) {
  const flags = flagsOf(state, cells);
  const left = Object.entries(state.pins).filter(([cell]) => !flags[cell]);
  return left.length < Object.keys(state.pins).length ? { ...state, pins: Object.fromEntries(left) } : state;
}

export const clearPins = (state) => unpin(state, everyCell(state));

// --- filled ----------------------------------------------------------------------------------------

/** Write a run's codes to cells, and lift or restore the mask of those that are `its`. */
export function written(state, cells, codes, its) {
  const { codebook } = state;
  const made = (cell) => cells[cell] && codes[cell] !== codebook;
  const base = state.base.map((code, cell) => (made(cell) ? codes[cell] : code));
  const masked = state.masked.map((was, cell) => (its[cell] ? codes[cell] === codebook : was));
  const same = base.every((code, cell) => code === state.base[cell]);
  return withMask(same ? state : { ...state, base }, masked);
}

/** The canvas after a run with these codes: filled cells are kept, pins stay pins. */
export function filled(state, codes, { partial = false } = {}) {
  checkCodes(state, codes);
  const open = unknown(state);
  codes.forEach((code, cell) => {
    if (!open[cell] && code !== codeOf(state, cell))
      throw new CanvasError(
        `Cell ${cellName(state, cell)} is ${kindOf(state, cell)} at code ${codeOf(state, cell)} and cannot become ${code}.`,
      );
  });
  const unset = codes.indexOf(state.codebook);
  if (!partial && unset >= 0)
    throw new CanvasError(
      `Cell ${cellName(state, unset)} was not filled: every cell needs a code when a run is over.`,
    );
  return written(state, open, codes, state.masked);
}

/** Put a picture below the person's mask and pins; cells that were unknown before are kept. */
export function place(state, { codes, url, region = null, recipe = null, pixels = null }) {
  const masked = state.masked.map((was, cell) => was && state.base[cell] !== state.codebook);
  const next = {
    ...state,
    base: [...codes],
    picture: { url, codes },
    recipe,
    pixels,
    lastRegion: region ?? state.lastRegion,
    unfinished: null,
  };
  return withMask(next, masked);
}

/** Show another result of a run, {codes, url, recipe, pixels}, in these cells. */
export function taken(state, cells, { codes, url, recipe, pixels }) {
  const nowhere = Array(codes.length).fill(false);
  const next = written(state, cells, codes, nowhere);
  return { ...next, picture: { url, codes }, recipe, pixels, unfinished: null };
}

/** Restore these cells and their mask from the state `before`, with its picture. */
export function putBack(state, cells, before) {
  const { picture, recipe, pixels, soft, lastRegion, unfinished } = before;
  const base = state.base.map((code, cell) => (cells[cell] ? before.base[cell] : code));
  const masked = state.masked.map((was, cell) => (cells[cell] ? before.masked[cell] : was));
  const next = { ...state, base, picture, recipe, pixels, soft, lastRegion, unfinished, filling: null };
  return withMask(next, masked);
}
