/**
 * Parts of a picture with a label or a prompt of their own, kept with the canvas: `{shows, cells}`, as pure functions
 * over its states. No two show the same, none is empty, and a cell belongs to one at most.
 */

import { CanvasError, cellAt, columnOf, inside, rowOf } from "./geometry.js";
import { areNamedCells } from "./selections.js";
import { flagsOf, mask, unknown } from "./state.js";

/** As the server has it (canvas/bounds.py). */
export const MOST_REGIONS = 16;
const LONGEST = 1000;

const without = (regions, flags) =>
  regions
    .map(({ shows, cells }) => ({ shows, cells: cells.filter((cell) => !flags[cell]) }))
    .filter(({ cells }) => cells.length);

function checked(regions) {
  if (regions.length > MOST_REGIONS)
    throw new CanvasError(`A canvas has up to ${MOST_REGIONS} regions: delete one first.`);
  return regions;
}

/** Let cells show a label or a prompt: they are masked, and leave the region that they were in. */
export function paintRegion(state, cells, shows) {
  const flags = flagsOf(state, cells);
  const before = state.regions.find((region) => region.shows === shows);
  const own = new Set(before?.cells);
  if (flags.every((wanted, cell) => !wanted || own.has(cell))) return mask(state, cells);
  flags.forEach((wanted, cell) => wanted && own.add(cell));
  const painted = { shows, cells: [...own].sort((a, b) => a - b) };
  const listed = before ? state.regions : [...state.regions, painted];
  const regions = listed.flatMap((region) => (region.shows === shows ? [painted] : without([region], flags)));
  return mask({ ...state, regions: checked(regions) }, cells);
}

/** Let cells show what the rest of the picture shows; their mask stays. */
export function eraseRegions(state, cells) {
  const flags = flagsOf(state, cells);
  const before = state.regions;
  return before.some((region) => region.cells.some((cell) => flags[cell]))
    ? { ...state, regions: without(before, flags) }
    : state;
}

export const deleteRegion = (state, shows) => ({
  ...state,
  regions: state.regions.filter((region) => region.shows !== shows),
});

/** The region of a cell; undefined if it has none. */
export const regionAt = ({ regions }, cell) => regions.find(({ cells }) => cells.includes(cell));

/** In how many parts a run would evaluate the model, each under its own condition: regions, and the rest. */
export function partsToFill(state) {
  const open = unknown(state);
  const filled = state.regions.filter(({ cells }) => cells.some((cell) => open[cell]));
  const inRegions = new Set(filled.flatMap(({ cells }) => cells));
  return filled.length + Number(open.some((is, cell) => is && !inRegions.has(cell)));
}

/** The colour of a region in CSS, by its place in the list: neighbours differ, and white text on it is readable. */
export const colourOf = (index) => `hsl(${Math.round(210 + index * 137.5) % 360} 75% 27%)`;

/** Regions of two canvases as those of one; those that show the same become one. */
export const joinedRegions = (first, second) =>
  checked([
    ...first.map(({ shows, cells }) => ({
      shows,
      cells: [...cells, ...(second.find((other) => other.shows === shows)?.cells ?? [])].sort(
        (a, b) => a - b,
      ),
    })),
    ...second.filter(({ shows }) => !first.some((other) => other.shows === shows)),
  ]);

/** As the settings of a run have them. */
export const regionsToServer = (state) =>
  state.regions.map(({ shows, cells }) => ({
    shows,
    cells: cells.map((cell) => [rowOf(state, cell), columnOf(state, cell)]),
  }));

/** The regions of settings on a canvas of this `grid`, as far as they lie on it; later ones go over earlier ones. */
export function regionsFromServer(regions, grid) {
  const shown = new Map();
  for (const { shows, cells } of regions)
    for (const [row, column] of cells)
      if (inside(grid, row, column)) shown.set(cellAt(grid, row, column), shows);
  const kinds = [...new Set(regions.map(({ shows }) => shows))];
  const cellsOf = (kind) => [...shown].flatMap(([cell, shows]) => (shows === kind ? [cell] : []));
  return kinds
    .map((shows) => ({ shows, cells: cellsOf(shows).sort((a, b) => a - b) }))
    .filter(({ cells }) => cells.length);
}

/** Whether these are regions of a canvas of so many cells: they may come from a file. */
export const areRegions = (value, size) => areNamedCells(value, size, "shows", LONGEST, MOST_REGIONS);
