/**
 * Paints one state of the canvas on three sheets, one over the other: the picture with what was just revealed, the
 * marks over it (veil, grid, pins, rules), the tip of the tool.
 */

import { paper } from "../page/blending.js";
import { columnOf, rowOf } from "../page/geometry.js";
import { isSoft } from "../page/pixels.js";
import { drawHeat, drawRegions, drawRules } from "./overlay.js";
import { codeOf, isKnown, kindOf } from "../page/state.js";

const HATCH = 7; // CSS pixels between two lines of the veil
const HIGHLIGHT_MS = 700;
const FOG = 0.72; // how much a guess at an unknown cell is veiled
const VEIL = 0.45; // how much of what will be replaced is veiled

/** The colours of the veil, pins and cursor, from the stylesheet so that light and dark may differ. */
export function readColors(element) {
  const style = getComputedStyle(element);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    paper: color("paper"),
    hatch: color("hatch"),
    mask: color("mask"),
    pin: color("pin"),
    fresh: color("fresh"),
    line: color("line"),
    focus: color("focus"),
    likely: color("likely"),
  };
}

function hatchPattern(context, color, width, ratio) {
  const tile = document.createElement("canvas");
  const size = Math.round(HATCH * ratio);
  tile.width = tile.height = size;
  const pen = tile.getContext("2d");
  pen.strokeStyle = color;
  pen.lineWidth = width * ratio;
  for (const shift of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
    pen.stroke();
  }
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}

/** An empty sheet, measured in CSS pixels of which each is `ratio` of its own; where a cell lies on it. */
function prepare(context, { state, layout, ratio }) {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return (cell) => [
    layout.left + columnOf(state, cell) * layout.cell,
    layout.top + rowOf(state, cell) * layout.cell,
    layout.cell,
    layout.cell,
  ];
}

/**
 * The picture of `scene` = {state, layout, ratio, picture, sprite, fresh, before, split, now}. `picture` and `sprite`
 * are loaded images or null; `fresh` maps cells to the time they were revealed; `before` is an earlier picture, shown
 * left of `split` in CSS pixels. Returns whether something still moves and another frame is wanted.
 */
export function drawPicture(context, colors, scene) {
  const box = prepare(context, scene);
  drawCodes(context, colors, scene, box);
  const moving = drawFresh(context, colors, scene, box);
  if (scene.before) drawBefore(context, scene);
  return moving;
}

/** The marks of `scene` = {state, layout, ratio, soft, sprite, tool, heat}. */
export function drawMarks(context, colors, scene) {
  const box = prepare(context, scene);
  drawVeil(context, colors, scene, box);
  if (scene.heat) drawHeat(context, colors, scene, box);
  if (scene.tool.grid) drawGrid(context, colors, scene);
  drawRegions(context, colors, scene, box);
  drawRules(context, colors, scene, box);
  drawSoft(context, colors, scene);
  drawPins(context, colors, scene, box);
}

/** The tool's tip, the cursor and the cell looked at: `scene` = {state, layout, ratio, outline, trace, softTip, cursor, looked}. */
export function drawTip(context, colors, scene) {
  const box = prepare(context, scene);
  if (scene.trace) drawTrace(context, colors, scene);
  drawCursor(context, colors, scene, box);
}

function drawBefore(context, { state, layout, before, split }) {
  context.save();
  context.beginPath();
  context.rect(0, 0, split, context.canvas.height);
  context.clip();
  context.drawImage(before, layout.left, layout.top, layout.cell * state.width, layout.cell * state.height);
  context.restore();
}

/** The line of a lasso or polygon, through points of the grid. */
function drawTrace(context, colors, { trace, layout }) {
  const path = new Path2D();
  for (const { row, column } of trace)
    path.lineTo(layout.left + (column + 0.5) * layout.cell, layout.top + (row + 0.5) * layout.cell);
  stroke2(context, path, "#fff", 3.5, colors.focus, 1.8);
  const [{ row, column }] = trace;
  const first = new Path2D();
  first.arc(
    layout.left + (column + 0.5) * layout.cell,
    layout.top + (row + 0.5) * layout.cell,
    4,
    0,
    2 * Math.PI,
  );
  stroke2(context, first, "#fff", 4, colors.focus, 2);
}

/** Whether the picture shows a guess at a cell: nothing is known there, or the run under way has not filled it yet. */
const isGuess = (state, cell) =>
  !isKnown(state, cell) ||
  (kindOf(state, cell) === "masked" && state.picture?.codes[cell] === state.codebook);

function drawCodes(context, colors, { state, picture, sprite, layout }, box) {
  const [w, h] = [layout.cell * state.width, layout.cell * state.height];
  context.fillStyle = colors.paper;
  context.fillRect(layout.left, layout.top, w, h);
  if (picture) context.drawImage(picture, layout.left, layout.top, w, h);
  for (let cell = 0; cell < state.base.length; cell++) {
    const code = codeOf(state, cell);
    const [x, y, side] = box(cell);
    if (isGuess(state, cell)) {
      context.globalAlpha = picture ? FOG : 1;
      // Half a pixel over the edge, or the picture below would show between two blank cells.
      context.fillRect(x - 0.5, y - 0.5, side + 1, side + 1);
      context.globalAlpha = 1;
    } else if (state.picture?.codes[cell] !== code) sprite?.paint(context, code, x, y, side);
  }
}

function drawVeil(context, colors, { state, ratio }, box) {
  const hatch = hatchPattern(context, colors.hatch, 1, ratio);
  const veil = hatchPattern(context, colors.mask, 1.2, ratio);
  for (let cell = 0; cell < state.base.length; cell++) {
    if (kindOf(state, cell) !== "masked") continue;
    const [x, y, side] = box(cell);
    if (isGuess(state, cell)) {
      context.fillStyle = hatch;
      context.fillRect(x, y, side, side);
    } else if (!isSoft(state.soft, cell)) {
      context.fillStyle = colors.paper;
      context.globalAlpha = VEIL;
      context.fillRect(x, y, side, side);
      context.globalAlpha = 1;
      context.fillStyle = veil;
      context.fillRect(x, y, side, side);
    }
  }
  drawBorder(context, colors, state, box);
}

/** The soft brush's mask, without the cells whose mask was removed. */
function drawSoft(context, colors, { state, layout, soft }) {
  if (!soft || (!soft.live && !state.soft)) return;
  const { cell, left, top } = layout;
  context.save();
  if (!soft.live) {
    const path = new Path2D();
    for (let index = 0; index < state.base.length; index++)
      if (!state.soft.lifted[index])
        path.rect(left + columnOf(state, index) * cell, top + rowOf(state, index) * cell, cell, cell);
    context.clip(path);
  }
  const { place } = soft;
  context.globalAlpha = 0.55;
  context.drawImage(
    tinted(soft.image, colors.mask),
    left + place.left * cell,
    top + place.top * cell,
    place.columns * cell,
    place.rows * cell,
  );
  context.restore();
}

function tinted(image, color) {
  const sheet = paper(image.width, image.height);
  const pen = sheet.getContext("2d");
  pen.drawImage(image, 0, 0);
  pen.globalCompositeOperation = "source-in";
  pen.fillStyle = color;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  return sheet;
}

/** A line where masked cells meet others: the shape of the mask at a glance. */
function drawBorder(context, colors, state, box) {
  const { width, height } = state;
  const masked = (cell) => kindOf(state, cell) === "masked";
  const path = new Path2D();
  for (let cell = 0; cell < state.base.length; cell++) {
    const [x, y, side] = box(cell);
    const here = masked(cell);
    if (columnOf(state, cell) < width - 1 && here !== masked(cell + 1)) {
      path.moveTo(x + side, y);
      path.lineTo(x + side, y + side);
    }
    if (rowOf(state, cell) < height - 1 && here !== masked(cell + width)) {
      path.moveTo(x, y + side);
      path.lineTo(x + side, y + side);
    }
  }
  stroke2(context, path, "#fff", 3, colors.mask, 1.8);
}

// A dark line on a wider light one is visible on every picture.
function stroke2(context, path, under, wide, over, narrow) {
  context.strokeStyle = under;
  context.lineWidth = wide;
  context.stroke(path);
  context.strokeStyle = over;
  context.lineWidth = narrow;
  context.stroke(path);
}

function drawGrid(context, colors, { state, layout }) {
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.beginPath();
  const [right, bottom] = [layout.left + layout.cell * state.width, layout.top + layout.cell * state.height];
  for (let column = 0; column <= state.width; column++) {
    const x = Math.round(layout.left + column * layout.cell) + 0.5;
    context.moveTo(x, layout.top);
    context.lineTo(x, bottom);
  }
  for (let row = 0; row <= state.height; row++) {
    const y = Math.round(layout.top + row * layout.cell) + 0.5;
    context.moveTo(layout.left, y);
    context.lineTo(right, y);
  }
  context.stroke();
}

function drawPins(context, colors, { state, sprite }, box) {
  for (const [cell, code] of Object.entries(state.pins)) {
    const [x, y, side] = box(Number(cell));
    context.lineWidth = 2;
    context.strokeStyle = colors.pin;
    context.strokeRect(x + 1.5, y + 1.5, side - 3, side - 3);
    const thumb = side * 0.38;
    sprite?.paint(context, code, x + 3, y + side - thumb - 3, thumb);
    context.lineWidth = 1;
    context.strokeRect(x + 3, y + side - thumb - 3, thumb, thumb);
    drawPinGlyph(context, colors, x + side - 2, y + 2, side * 0.36);
  }
}

function drawPinGlyph(context, colors, right, top, size) {
  const radius = size / 2;
  const [x, y] = [right - radius, top + radius];
  context.fillStyle = colors.pin;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = "#fff";
  context.beginPath();
  context.arc(x, y - radius * 0.25, radius * 0.36, 0, 2 * Math.PI);
  context.fill();
  context.fillRect(x - radius * 0.1, y, radius * 0.2, radius * 0.65);
}

function drawFresh(context, colors, { fresh, now }, box) {
  let moving = false;
  context.fillStyle = colors.fresh;
  for (const [cell, since] of fresh) {
    const left = 1 - (now - since) / HIGHLIGHT_MS;
    if (left <= 0) {
      fresh.delete(cell);
      continue;
    }
    moving = true;
    context.globalAlpha = 0.7 * left * left;
    context.fillRect(...box(cell));
  }
  context.globalAlpha = 1;
  return moving;
}

function drawCursor(context, colors, { state, layout, outline, softTip, cursor, looked }, box) {
  if (softTip) {
    const circle = new Path2D();
    const { cell, left, top } = layout;
    const middle = [left + (softTip.column + 0.5) * cell, top + (softTip.row + 0.5) * cell];
    circle.arc(...middle, (softTip.size / 2) * cell, 0, 2 * Math.PI);
    stroke2(context, circle, "#fff", 3, colors.focus, 1.4);
  }
  if (outline?.length) {
    const boxes = outline.map(box);
    const side = boxes[0][2];
    const left = Math.min(...boxes.map(([x]) => x));
    const top = Math.min(...boxes.map(([, y]) => y));
    const right = Math.max(...boxes.map(([x]) => x)) + side;
    const bottom = Math.max(...boxes.map(([, y]) => y)) + side;
    ring(context, colors.focus, left, top, right - left, bottom - top);
  }
  if (looked !== null && looked < state.base.length) ring(context, colors.likely, ...box(looked));
  if (cursor !== null && cursor < state.base.length) ring(context, colors.focus, ...box(cursor));
}

function ring(context, color, x, y, width, height) {
  const path = new Path2D();
  path.rect(x - 0.5, y - 0.5, width + 1, height + 1);
  stroke2(context, path, "#fff", 3.5, color, 1.8);
}
