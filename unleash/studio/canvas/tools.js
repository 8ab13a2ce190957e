/**
 * What each tool does to the cells of a gesture. `inverse` is the same gesture with Alt, the right
 * button or a pen's eraser: it gives back what the tool takes.
 */

import { brush, rectangle, region, stroke } from "../browser/geometry.js";
import { ruleInWords } from "../browser/names.js";
import { opinion } from "../browser/opinion.js";
import { press } from "../browser/page.js";
import { ask, leavesACode, ruleInHand, rulesAt, unrestrict } from "../browser/rules.js";
import { isKnown, keep, kindOf, mask, pin, unpin } from "../browser/state.js";
import { store } from "../browser/store.js";

const square = (grid, from, to, size) => stroke(grid, from, to, size);
const single = (grid, from, to) => stroke(grid, from, to, 1);

/**
 * A "brush" tool changes the cells it sweeps at once; a "shape" tool changes the cells between where
 * the gesture began and where it ends; a "click" tool acts on one cell; the "soft" one (softbrush.js) paints
 * pixels and masks the cells they touch.
 */
export const TOOLS = {
  mask: {
    gesture: "brush",
    sized: true,
    cells: square,
    apply: mask,
    inverse: keep,
  },
  keep: {
    gesture: "brush",
    sized: true,
    cells: square,
    apply: keep,
    inverse: mask,
  },
  rectangle: {
    gesture: "shape",
    cells: rectangle,
    apply: mask,
    inverse: keep,
  },
  fill: {
    gesture: "click",
    apply: (state, [cell]) => mask(state, area(state, cell)),
    inverse: (state, [cell]) => keep(state, area(state, cell)),
  },
  pin: {
    gesture: "brush",
    cells: single,
    needsCode: true,
    apply: pin,
    inverse: unpin,
  },
  allow: {
    gesture: "brush",
    sized: true,
    cells: square,
    needsCode: true,
    apply: askInHand,
    inverse: unrestrict,
  },
  pick: { gesture: "click" },
  inspect: { gesture: "click", look },
  soft: { gesture: "soft" },
};

function askInHand(state, cells) {
  const rule = ruleInHand(store.tool);
  if (leavesACode([rule], state.codebook)) return ask(state, cells, rule);
  store.say("That would leave no code at all.");
  return state;
}

function look(cell) {
  press("inspect-button")();
  opinion.lookAt(cell);
}

const area = (state, cell) => region(state, cell, (c) => kindOf(state, c));

/** The cells the tool would touch with its tip at `point`, for the outline under the pointer. */
export function tip(tool, grid, point) {
  const { sized } = TOOLS[tool.name];
  return brush(grid, point, sized ? tool.size : 1);
}

/** A cell in words, for the live region. */
export function describe(state, cell) {
  const row = Math.floor(cell / state.width) + 1;
  const column = (cell % state.width) + 1;
  const kind = kindOf(state, cell);
  const code = kind === "pinned" ? state.pins[cell] : state.base[cell];
  const content = isKnown(state, cell) ? `code ${code}` : "empty";
  const rules = rulesAt(state, cell).map(ruleInWords);
  return [`Row ${row}, column ${column}: ${kind}, ${content}`, ...rules].join(" · ");
}
