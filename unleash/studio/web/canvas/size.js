/** The size of the current brush, and ways to change it. */

import { clamp } from "../page/geometry.js";
import { store } from "../page/store.js";
import { MAX_SOFT, MIN_SOFT, resized } from "./softbrush.js";

const MAX_SIZE = 8;

const CELL_PER_PIXELS = 16; // of a drag, for brushes that are counted in cells

/** The size of the brush in hand: {value, least, most, unit, name}, `name` being its place in the store's tool. */
export const brushSize = ({ name, size, softSize }) =>
  name === "soft"
    ? { value: softSize, least: MIN_SOFT, most: MAX_SOFT, unit: "px", name: "softSize" }
    : { value: size, least: 1, most: MAX_SIZE, unit: size === 1 ? "cell" : "cells", name: "size" };

export function setBrushSize(value) {
  const { name, least, most } = brushSize(store.tool);
  store.setTool({ [name]: clamp(Math.round(value), least, most) });
}

/** One size up or down. */
export function stepBrushSize(by) {
  const { value, unit } = brushSize(store.tool);
  setBrushSize(unit === "px" ? resized(value, by) : value + by);
}

/** Start a sideways drag at {x}; returns a function to call with each new position. */
export function resizeBrush({ x: start }) {
  const { value, unit } = brushSize(store.tool);
  return ({ x }) => setBrushSize(value + (x - start) / (unit === "px" ? 1 : CELL_PER_PIXELS));
}
