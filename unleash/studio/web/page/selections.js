/** Named masks, `{name, cells}`, stored with the canvas, as pure functions over its states. */

import { CanvasError } from "./geometry.js";
import { keep, mask, unknown } from "./state.js";

const LONGEST_NAME = 40;
const MOST = 50;

/** Whether this is a list of cells with a text each, under `name`: it may come from a file. */
export const areNamedCells = (value, size, name, longest, most) =>
  Array.isArray(value) &&
  value.length <= most &&
  value.every((item) => {
    const [text, cells] = [item?.[name], item?.cells];
    return (
      typeof text === "string" &&
      text.length > 0 &&
      text.length <= longest &&
      Array.isArray(cells) &&
      cells.length > 0 &&
      cells.every((cell) => Number.isInteger(cell) && cell >= 0 && cell < size)
    );
  });

/** Whether these are selections of a canvas of so many cells. */
export const areSelections = (value, size) => areNamedCells(value, size, "name", LONGEST_NAME, MOST);

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
