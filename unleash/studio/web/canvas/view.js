/** Zoom and pan: which part of the token grid the stage shows. Pure functions over `{zoom, x, y}`. */

import { clamp } from "../page/geometry.js";

export const FIT = { zoom: 1, x: 0, y: 0 };

const MAX_ZOOM = 6;

/** The stage in CSS pixels and the grid give the layout: cell size and the grid's top left corner. */
export function layout(grid, stage, view) {
  const fit = Math.min(stage.width / grid.width, stage.height / grid.height);
  const cell = fit * view.zoom;
  const left = (stage.width - fit * grid.width) / 2 + view.x;
  const top = (stage.height - fit * grid.height) / 2 + view.y;
  return { cell, left, top };
}

/** A place on the stage as a point of the grid: whole numbers are the middles of cells. */
export const pointAt = ({ cell, left, top }, x, y) => ({
  row: (y - top) / cell - 0.5,
  column: (x - left) / cell - 0.5,
});

/** Zoom by `factor` so that the place (x, y) of the stage stays where it is. */
export function zoomAt(view, factor, x, y, stage) {
  const zoom = clamp(view.zoom * factor, 1, MAX_ZOOM);
  const real = zoom / view.zoom;
  return hold({ zoom, x: x - (x - view.x) * real, y: y - (y - view.y) * real }, stage);
}

export const panBy = (view, dx, dy, stage) => hold({ ...view, x: view.x + dx, y: view.y + dy }, stage);

// The picture never leaves the stage.
function hold({ zoom, x, y }, stage) {
  return {
    zoom,
    x: clamp(x, stage.width * (1 - zoom), 0),
    y: clamp(y, stage.height * (1 - zoom), 0),
  };
}

/** Pan as little as needed to have the cell (row, column) on the stage. */
export function reveal(view, { cell, left, top }, row, column, stage) {
  const x = left + column * cell;
  const y = top + row * cell;
  const into = (start, end) => Math.min(0, end - (start + cell)) - Math.min(0, start);
  return panBy(view, into(x, stage.width), into(y, stage.height), stage);
}
