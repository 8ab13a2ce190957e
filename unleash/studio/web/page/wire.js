/** Converts between the server's JSON of a `TokenCanvas` and the page's state. */

import { cellAt, columnOf, rowOf } from "./geometry.js";
import { keepOriginal } from "./images.js";
import { opened } from "./pixels.js";
import { regionsFromServer } from "./regions.js";
import { blank, codesOf, filled, place, regionOf } from "./state.js";

/** A flat list as one list for each row of the grid. */
export const rows = (grid, flat) =>
  Array.from({ length: grid.height }, (_, row) => flat.slice(row * grid.width, (row + 1) * grid.width));

export function toServer(state) {
  return {
    codebook_size: state.codebook,
    base: rows(state, state.base),
    masked: rows(state, state.masked),
    pins: Object.entries(state.pins).map(([cell, code]) => [rowOf(state, cell), columnOf(state, cell), code]),
    rules: state.rules,
  };
}

export function fromServer(canvas) {
  const grid = { height: canvas.base.length, width: canvas.base[0].length };
  return {
    ...grid,
    codebook: canvas.codebook_size,
    base: canvas.base.flat(),
    masked: canvas.masked.flat().map((masked, cell) => masked || isUnknown(canvas, grid, cell)),
    pins: Object.fromEntries(canvas.pins.map(([row, column, code]) => [cellAt(grid, row, column), code])),
    rules: canvas.rules ?? [],
  };
}

const isUnknown = ({ base, codebook_size: codebook }, grid, cell) =>
  base[rowOf(grid, cell)][columnOf(grid, cell)] === codebook;

/** A canvas of the server and its regions, with nothing else known of it; `cell` is in pixels. */
const bare = (canvas, cell, regions = []) => {
  const given = fromServer(canvas);
  return { ...blank({ ...given, cell }), ...given, regions: regionsFromServer(regions, given) };
};

/** A picture of the session on its own canvas; a stopped one as its run left it. */
export function madeAs({ recipe, url, codes, pixels, unfinished }, cell) {
  const start = bare(recipe.canvas, cell, recipe.settings?.regions);
  return {
    ...filled(start, codes, { partial: Boolean(unfinished) }),
    picture: { url, codes },
    recipe: unfinished ? null : recipe,
    pixels: pixels ?? null,
    lastRegion: unfinished?.region ?? regionOf(start),
    // On this canvas the cells that a variation chose are masked, so it resumes as an ordinary run.
    unfinished: unfinished
      ? {
          ...unfinished,
          region: unfinished.region ?? regionOf(start),
          rules: start.rules,
          regions: start.regions,
          varies: false,
        }
      : null,
  };
}

/**
 * What the server sends when a picture or a recipe was opened, or the model changed: {state, result}, the canvas
 * to come after the state `before`, and its picture if it is known how it was made. `photo` as in pixels.js.
 */
export function openedBy(message, before, photo = null) {
  const { canvas, codes, image, recipe, cell, original, regions, other_model: otherModel } = message;
  const start = bare(canvas, cell ?? before.cell, regions);
  const carried = otherModel && !recipe && start.base.length === before.base.length;
  const pixels = original ? opened(start, keepOriginal(original), photo) : carried ? before.pixels : null;
  const shown = codes?.flat() ?? codesOf(start);
  if (recipe?.codes) {
    const result = { url: image, codes: shown, region: regionOf(start), pixels, recipe };
    return { state: { ...madeAs(result, start.cell), regions: start.regions }, result };
  }
  const state = image ? place(start, { codes: shown, url: image, recipe, pixels }) : start;
  return { state, result: null };
}
