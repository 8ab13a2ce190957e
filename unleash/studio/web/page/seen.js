/**
 * The canvas as it looks to the person: what a run filled counts as kept, though it stays masked for the
 * next run. That is what the model is asked about, and what is repaired.
 */

import { isFilled, keep, mask } from "./state.js";

const filled = (state) => (cell) => state.masked[cell] && !(cell in state.pins) && isFilled(state, cell);

const everyCell = (state) => state.base.map((_, cell) => cell);

/** The same canvas without what does not bear on an opinion of it. */
export function seen(state) {
  const isThere = filled(state);
  return { ...state, masked: state.masked.map((masked, cell) => masked && !isThere(cell)), rules: [] };
}

/** What two canvases have in common if the model thinks the same of both. */
export function lookOf(state) {
  const { height, width, base, masked, pins } = seen(state);
  const shown = base.map((code, cell) => pins[cell] ?? (masked[cell] ? "" : code));
  return `${height}×${width}:${shown.join()}`;
}

/** Mask these cells to be replaced, and keep what the last run filled elsewhere. */
export const repair = (state, cells) => mask(keep(state, everyCell(state).filter(filled(state))), cells);
