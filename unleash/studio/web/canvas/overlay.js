/** Draws overlays on the picture: heat maps, regions and rules. */

import { columnOf, region, rowOf } from "../page/geometry.js";
import { ruleInWords } from "../page/codes.js";
import { colourOf } from "../page/regions.js";
import { ruleBook } from "../page/rules.js";
import { kindOf } from "../page/state.js";

const DIM = 0.66; // how much the picture is dimmed behind a heat map
const TINT = 0.3; // how much of the picture the colour of a region covers
const STRONGEST = 0.92; // how much of the picture the hottest cell covers

/** A heat map: `heat` holds 0 to 1 for each cell. */
export function drawHeat(context, colors, { heat }, box) {
  heat.forEach((value, cell) => {
    const [x, y, side] = box(cell);
    context.fillStyle = colors.paper;
    context.globalAlpha = DIM;
    context.fillRect(x - 0.25, y - 0.25, side + 0.5, side + 0.5);
    context.fillStyle = colors.likely;
    context.globalAlpha = STRONGEST * value;
    context.fillRect(x - 0.25, y - 0.25, side + 0.5, side + 0.5);
  });
  context.globalAlpha = 1;
}

/** Regions outlined in their colour, tinted where they are to be filled, with what they show at the first cell. */
export function drawRegions(context, colors, { state }, box) {
  state.regions.forEach(({ shows, cells }, index) => {
    const likely = colourOf(index);
    const inside = new Set(cells);
    context.fillStyle = likely;
    context.globalAlpha = TINT;
    for (const cell of cells) if (kindOf(state, cell) === "masked") context.fillRect(...box(cell));
    context.globalAlpha = 1;
    drawOutline(
      context,
      { ...colors, likely },
      state,
      state.base.map((_, cell) => inside.has(cell) || null),
      box,
    );
    drawName(context, { likely, paper: "#fff" }, shortened(shows), box(cells[0]));
  });
}

const shortened = (text) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

/** Cells with rules: a dotted outline around those with the same, a mark in each, their name once. */
export function drawRules(context, colors, { state }, box) {
  const book = ruleBook(state);
  if (!book.size) return;
  const key = (cell) => JSON.stringify(book.get(cell) ?? null);
  const keys = state.base.map((_, cell) => (book.has(cell) ? key(cell) : null));
  for (const cell of book.keys()) drawMark(context, colors, book.get(cell), box(cell));
  drawOutline(context, colors, state, keys, box);
  for (const { cell, text } of ruleNames(state)) drawName(context, colors, text, box(cell));
}

/** What the rules of a canvas are called and at which cell: {cell, text}, once where neighbours have the same codes. */
export function ruleNames(state) {
  const book = ruleBook(state);
  const about = (cell) =>
    book.has(cell) && JSON.stringify(book.get(cell).map(({ codes, allowed }) => [codes, allowed]));
  const named = new Set();
  const names = [];
  for (const cell of [...book.keys()].sort((a, b) => a - b)) {
    if (named.has(cell)) continue;
    const together = region(state, cell, about);
    for (const other of together) named.add(other);
    names.push({ cell, text: nameOf(together.map((one) => book.get(one))) });
  }
  return names;
}

/** The name of the rules of connected cells on the same codes: that of the weakest, which holds for all. */
function nameOf(rules) {
  return rules[0]
    .map((_, i) => {
      const alike = rules.map((of) => of[i]).sort((a, b) => a.strength - b.strength);
      const least = alike[0].allowed && alike[0].strength < 1 && alike.at(-1).strength === 1;
      return `${ruleInWords(alike[0])}${least ? ", at least one" : ""}`;
    })
    .join(", ");
}

// A dot for allowed, a bar for forbidden codes; hollow if the rule is not strict.
function drawMark(context, colors, rules, [x, y, side]) {
  const size = Math.max(2.5, side * 0.085);
  rules.forEach(({ allowed, strength }, i) => {
    const path = new Path2D();
    const [middle, bottom] = [x + side - size - 3 - i * (size * 2 + 3), y + side - size - 3];
    if (allowed) path.arc(middle, bottom, size, 0, 2 * Math.PI);
    else path.rect(middle - size, bottom - size / 2, size * 2, size);
    context.lineWidth = 3;
    context.strokeStyle = colors.paper;
    context.stroke(path);
    context.fillStyle = strength === 1 ? colors.likely : colors.paper;
    context.fill(path);
    context.lineWidth = 1.4;
    context.strokeStyle = colors.likely;
    context.stroke(path);
  });
}

function drawOutline(context, colors, state, keys, box) {
  const path = new Path2D();
  const differs = (cell, row, column) => {
    const outside = row < 0 || column < 0 || row >= state.height || column >= state.width;
    return outside || keys[row * state.width + column] !== keys[cell];
  };
  keys.forEach((key, cell) => {
    if (key === null) return;
    const [row, column] = [rowOf(state, cell), columnOf(state, cell)];
    const [x, y, side] = box(cell);
    const [left, top, right, bottom] = [x + 1.5, y + 1.5, x + side - 1.5, y + side - 1.5];
    const line = (x1, y1, x2, y2) => {
      path.moveTo(x1, y1);
      path.lineTo(x2, y2);
    };
    if (differs(cell, row - 1, column)) line(left, top, right, top);
    if (differs(cell, row + 1, column)) line(left, bottom, right, bottom);
    if (differs(cell, row, column - 1)) line(left, top, left, bottom);
    if (differs(cell, row, column + 1)) line(right, top, right, bottom);
  });
  context.lineWidth = 3.4;
  context.strokeStyle = colors.paper;
  context.stroke(path);
  context.setLineDash([4, 3]);
  context.lineWidth = 1.8;
  context.strokeStyle = colors.likely;
  context.stroke(path);
  context.setLineDash([]);
}

function drawName(context, colors, text, [x, y, side]) {
  if (side < 18) return;
  context.font = `600 ${Math.min(12, side * 0.34)}px system-ui, sans-serif`;
  const wide = context.measureText(text).width + 8;
  const high = Math.min(16, side * 0.46);
  const tag = new Path2D();
  tag.roundRect(x + 3, y + 3, wide, high, 4);
  context.fillStyle = colors.likely;
  context.fill(tag);
  context.fillStyle = colors.paper;
  context.textBaseline = "middle";
  context.fillText(text, x + 7, y + 3 + high / 2 + 0.5);
}
