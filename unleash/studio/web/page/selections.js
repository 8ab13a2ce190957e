/** Named masks, `{name, cells}`, stored with the canvas, as pure functions over its states. */

import { CanvasError } from "./geometry.js";
import { keep, mask, unknown } from "./state.js";

const LONGEST_NAME = 40;
const MOST = 50;

const others = ({ selections }, name) => selections.filter((selection) => selection.name !== name);

/** Save the current mask under a name, replacing one of the same name. */
export function saveSelection(state, name) {
  const short = name.trim().slice(0, LONGEST_NAME);
  if (!short) throw new CanvasError("Name the selection first.");
  const cells = unknown(state).flatMap((open, cell) => (open ? [cell] : []));
  if (!cells.length) throw new CanvasError("Nothing is masked, so there is no selection to save.");
  const left = others(state, short);
  if (left.length >= MOST) throw new CanvasError(`A canvas has up to ${MOST} selections: delete one first.`);
  return { ...state, selections: [...left, { name: short, cells }] };
}

export const deleteSelection = (state, name) => ({ ...state, selections: others(state, name) });

/** Mask the cells of a selection, and no others. */
export function takeSelection(state, name) {
  const { cells } = state.selections.find((selection) => selection.name === name);
  const wanted = new Set(cells);
  const rest = state.base.flatMap((_, cell) => (wanted.has(cell) ? [] : [cell]));
  return keep(mask(state, cells), rest);
}
