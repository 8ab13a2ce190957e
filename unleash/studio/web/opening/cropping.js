/**
 * The square part of a picture to open, as pure functions. A crop is {x, y, side} and a picture {width, height}, in
 * whole pixels of the picture; a crop always lies within its picture.
 */

import { clamp } from "../page/geometry.js";

const LEAST = 16; // pixels on a side, where the picture has as many

const mostOf = ({ width, height }) => Math.min(width, height);
const sideOf = (side, most) => clamp(Math.round(side), Math.min(LEAST, most), most);

/** The largest crop, in the middle of a picture. */
export function centred({ width, height }) {
  const side = mostOf({ width, height });
  return { x: Math.floor((width - side) / 2), y: Math.floor((height - side) / 2), side };
}

/** Moved by so many pixels, as far as the picture goes. */
export function moved({ x, y, side }, right, down, { width, height }) {
  return {
    x: clamp(Math.round(x + right), 0, width - side),
    y: clamp(Math.round(y + down), 0, height - side),
    side,
  };
}

/** So many pixels larger about its middle; where the picture ends, it grows on the other side. */
export function resized({ x, y, side }, by, picture) {
  const next = sideOf(side + by, mostOf(picture));
  const back = (side - next) / 2;
  return moved({ x, y, side: next }, back, back, picture);
}

/**
 * With a corner pulled to a point {x, y} while the opposite one stays. `corner` = {left, top} says which: whether it
 * is one on the left, and one at the top.
 */
export function pulled({ x, y, side }, { left, top }, point, { width, height }) {
  const [fixedX, fixedY] = [left ? x + side : x, top ? y + side : y];
  const across = left ? fixedX - point.x : point.x - fixedX;
  const down = top ? fixedY - point.y : point.y - fixedY;
  const most = Math.min(left ? fixedX : width - fixedX, top ? fixedY : height - fixedY);
  const next = sideOf(Math.max(across, down), most);
  return { x: left ? fixedX - next : fixedX, y: top ? fixedY - next : fixedY, side: next };
}
