/** The stage by keyboard: a cursor on the grid, painting with Space, one letter for each tool. */

import { cellAt, clamp, columnOf, inside, rowOf } from "../page/geometry.js";
import { store } from "../page/store.js";
import { pick } from "./gestures.js";
import { softBrush } from "./softbrush.js";
import { describe, effectOf, fillsAfter, TOOLS } from "./tools.js";

const ARROWS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * Listen on `stage` for cursor keys; `cursor` = {get(), set(cell), shape(cells|null), picture, pointed}: whether
 * the pointer is over the stage and was used last. `outline` is what gestures.js draws corner by corner.
 */
export function steer(stage, cursor, outline) {
  let corner = null;

  const dropCorner = () => {
    corner = null;
    cursor.shape(null);
  };

  function move([down, right], painting, inverse) {
    const grid = store.state;
    const cell = cursor.get();
    const row = clamp(rowOf(grid, cell) + down, 0, grid.height - 1);
    const column = clamp(columnOf(grid, cell) + right, 0, grid.width - 1);
    const next = cellAt(grid, row, column);
    cursor.set(next);
    if (painting) act(next, inverse);
    if (corner !== null) cursor.shape(TOOLS.rectangle.cells(grid, corner, next));
    store.say(describe(store.state, next));
  }

  function act(cell, inverse) {
    const { name, size, code } = store.tool;
    const tool = TOOLS[name];
    if (name === "pick") {
      pick(cell);
      return;
    }
    if (tool.look) {
      tool.look(cell);
      return;
    }
    if (tool.needsCode && code === null && !inverse) {
      store.askForTile(cell);
      return;
    }
    const fills = fillsAfter(store.tool, inverse);
    if (tool.gesture === "soft") {
      softBrush.begin({ row: rowOf(store.state, cell), column: columnOf(store.state, cell) }, inverse);
      softBrush.end(fills);
      store.say(describe(store.state, cell));
      return;
    }
    if (["outline", "corners"].includes(tool.gesture)) {
      const point = { row: rowOf(store.state, cell), column: columnOf(store.state, cell) };
      outline.corner(point, { tool, apply: effectOf(store.tool, inverse), fills });
      return;
    }
    if (tool.gesture === "shape" && corner === null) {
      corner = cell;
      cursor.shape([cell]);
      store.say("First corner set. Move to the other corner and press Space.");
      return;
    }
    const [apply, cells] = [effectOf(store.tool, inverse), touched(tool, cell, size)];
    const ends = (apply === tool.apply && tool.ends) || ((state) => state);
    store.dab((state) => ends(apply(state, cells, code), cells), cells, fills);
    dropCorner();
    store.say(describe(store.state, cell));
  }

  function touched(tool, cell, size) {
    const grid = store.state;
    if (tool.gesture === "shape") return tool.cells(grid, corner, cell);
    if (tool.gesture === "click") return tool.cells(grid, cell, cursor.picture);
    const point = { row: rowOf(grid, cell), column: columnOf(grid, cell) };
    return tool.cells(grid, point, point, size);
  }

  stage.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey) return;
    if (event.key === " " && cursor.pointed) return; // it pans
    if (arrow) move(arrow, event.shiftKey, event.altKey);
    else if (event.key === "Enter" && outline.close()) store.say(describe(store.state, cursor.get()));
    else if ([" ", "Enter"].includes(event.key)) act(cursor.get(), event.altKey);
    else if (event.key === "Escape" && (outline.drop() || corner !== null)) dropCorner();
    else if (event.key === "Home") move([0, -store.state.width], false);
    else if (event.key === "End") move([0, store.state.width], false);
    else return;
    event.preventDefault();
  });

  stage.addEventListener("focus", () => {
    const cell = cursor.get();
    const grid = store.state;
    if (!inside(grid, rowOf(grid, cell), columnOf(grid, cell))) cursor.set(0);
    // A click has already announced what it did.
    if (!stage.matches(":focus-visible")) return;
    store.say(describe(grid, cursor.get()));
  });
}
