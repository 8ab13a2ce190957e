/**
 * Zoom and pan: which part of the token grid the stage shows. Pure functions over `{zoom, x, y}`: at zoom 1 the grid
 * fits the stage, `x` and `y` shift it from there, in CSS pixels.
 */

import { clamp } from "../page/geometry.js";

export const FIT = { zoom: 1, x: 0, y: 0 };

const MAX_ZOOM = 6;

const fitting = (grid, stage) => Math.min(stage.width / grid.width, stage.height / grid.height);

/** Where the grid lies at zoom 1. */
const margins = (grid, stage) => ({
  x: (stage.width - fitting(grid, stage) * grid.width) / 2,
  y: (stage.height - fitting(grid, stage) * grid.height) / 2,
});

/** The zoom at which a picture pixel is a screen pixel; a CSS pixel is `ratio` screen pixels wide. */
export const actualSize = (grid, stage, ratio) => grid.cell / ratio / fitting(grid, stage);

/** The stage in CSS pixels and the grid give the layout: cell size and the grid's top left corner. */
export function layout(grid, stage, view) {
  const { zoom, x, y } = hold(grid, stage, view);
  const margin = margins(grid, stage);
  return { cell: fitting(grid, stage) * zoom, left: margin.x + x, top: margin.y + y };
}

/** A place on the stage as a point of the grid: whole numbers are the middles of cells. */
export const pointAt = ({ cell, left, top }, x, y) => ({
  row: (y - top) / cell - 0.5,
  column: (x - left) / cell - 0.5,
});

/** Zoom by `factor` so that the place (x, y) of the stage stays where it is; small pictures down to `actual` size. */
export function zoomAt(grid, stage, view, factor, { x, y }, actual = 1) {
  const zoom = clamp(view.zoom * factor, Math.min(1, actual), Math.max(MAX_ZOOM, actual));
  const real = zoom / view.zoom;
  const margin = margins(grid, stage);
  return hold(grid, stage, {
    zoom,
    x: x - margin.x - (x - margin.x - view.x) * real,
    y: y - margin.y - (y - margin.y - view.y) * real,
  });
}

export const panBy = (grid, stage, view, dx, dy) =>
  hold(grid, stage, { ...view, x: view.x + dx, y: view.y + dy });

// The picture covers the stage, or lies in its middle where it is smaller.
function hold(grid, stage, { zoom, x, y }) {
  const cell = fitting(grid, stage) * zoom;
  const margin = margins(grid, stage);
  const shift = (room, extent, from, by) =>
    extent <= room ? (room - extent) / 2 - from : clamp(by, room - extent - from, -from);
  return {
    zoom,
    x: shift(stage.width, cell * grid.width, margin.x, x),
    y: shift(stage.height, cell * grid.height, margin.y, y),
  };
}

/** Pan as little as needed to have the cell (row, column) on the stage. */
export function reveal(grid, stage, view, row, column) {
  const { cell, left, top } = layout(grid, stage, view);
  const x = left + column * cell;
  const y = top + row * cell;
  const into = (from, end) => Math.min(0, end - (from + cell)) - Math.min(0, from);
  return panBy(grid, stage, view, into(x, stage.width), into(y, stage.height));
}
