/**
 * What each tool does to the cells of a gesture. `inverse` is the same gesture with Alt, the right
 * button or a pen's eraser: it does the reverse.
 */

import { brush, enclosed, rectangle, region, stroke } from "../page/geometry.js";
import { ruleInWords } from "../page/codes.js";
import { predictions } from "../page/predictions.js";
import { showTab } from "../page/commands.js";
import { eraseRegions, paintRegion, regionAt } from "../page/regions.js";
import { ask, atLeastOne, ruleInHand, rulesAt, unrestrict } from "../page/rules.js";
import { isKnown, keep, kindOf, mask, pin, unpin } from "../page/state.js";
import { store } from "../page/store.js";
import { alike, looksOf } from "./looks.js";

const square = (grid, from, to, size) => stroke(grid, from, to, size);
const single = (grid, from, to) => stroke(grid, from, to, 1);

/**
 * A "brush" tool changes the cells it sweeps at once; a "shape" tool changes the cells between where
 * the gesture began and where it ends; an "outline" is drawn in one movement, or corner by corner for "corners",
 * and changes the cells within; a "click" tool acts on what lies around one cell; the "soft" one (softbrush.js)
 * paints pixels and masks the cells they touch. What `paints` changes the canvas; with `onBlank` it can do so
 * where nothing is known yet.
 */
export const TOOLS = {
  mask: { gesture: "brush", sized: true, cells: square, apply: mask, inverse: keep },
  heal: { gesture: "brush", sized: true, cells: square, apply: mask, inverse: mask, onBlank: true },
  keep: { gesture: "brush", sized: true, cells: square, apply: keep, inverse: mask },
  rectangle: { gesture: "shape", cells: rectangle, apply: mask, inverse: keep },
  lasso: { gesture: "outline", cells: enclosed, apply: mask, inverse: keep },
  polygon: { gesture: "corners", cells: enclosed, apply: mask, inverse: keep },
  fill: { gesture: "click", cells: area, apply: mask, inverse: keep },
  wand: { gesture: "click", cells: lookalikes, apply: mask, inverse: keep },
  pin: { gesture: "brush", cells: single, needsCode: true, apply: pin, inverse: unpin, onBlank: true },
  allow: {
    gesture: "brush",
    sized: true,
    cells: square,
    needsCode: true,
    apply: askInHand,
    ends: oneOfThem,
    inverse: unrestrict,
    onBlank: true,
  },
  pick: { gesture: "click", looks: true, onBlank: true },
  inspect: { gesture: "click", looks: true, look, onBlank: true },
  soft: { gesture: "soft" },
};

function askInHand(state, cells) {
  return ask(state, cells, ruleInHand(store.tool));
}

function oneOfThem(state, cells) {
  return (store.tool.one ?? true) ? atLeastOne(state, cells, ruleInHand(store.tool)) : state;
}

function look(cell) {
  showTab("inspect");
  predictions.lookAt(cell);
}

function area(state, cell) {
  return region(state, cell, (c) => kindOf(state, c));
}

/** The cells of a picture that look like one of them. */
function lookalikes(state, cell, picture) {
  if (!picture) return area(state, cell);
  return alike(state, looksOf(picture, state), cell, store.tool);
}

/** Whether a tool masks, and so paints the region in hand if there is one. */
export const masks = ({ name }) => TOOLS[name].apply === mask && TOOLS[name].inverse === keep;

/** Whether a tool can do something where nothing is known yet. */
export const paintsOnBlank = (tool) =>
  Boolean(tool.live || TOOLS[tool.name].onBlank || (tool.region && masks(tool)));

const plainEffect = ({ name }, inverse) => TOOLS[name][inverse ? "inverse" : "apply"];

/** What a gesture does to cells. */
export function effectOf(tool, inverse) {
  if (!tool.region || !masks(tool)) return plainEffect(tool, inverse);
  return inverse ? eraseRegions : (state, cells) => paintRegion(state, cells, tool.region);
}

/** What is filled at once when a gesture ends: the "swept" cells, all that is "masked", or nothing (null). */
export function fillsAfter(tool, inverse) {
  const opens = plainEffect(tool, inverse) === mask || (tool.name === "soft" && !inverse);
  if (opens && (tool.live || tool.name === "heal")) return "swept";
  return tool.live && ["pin", "allow"].includes(tool.name) ? "masked" : null;
}

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
  const content = isKnown(state, cell) ? `tile ${code}` : "empty";
  const shows = regionAt(state, cell)?.shows;
  const asked = [...(shows ? [`shows ${shows}`] : []), ...rulesAt(state, cell).map(ruleInWords)];
  return [`Row ${row}, column ${column}: ${kind}, ${content}`, ...asked].join(" · ");
}
