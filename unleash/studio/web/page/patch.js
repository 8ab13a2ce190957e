/** A code in context: its cell and the neighbouring cells, as they look now. */

import { sprite } from "./codes.js";
import { columnOf, inside, rowOf } from "./geometry.js";
import { images } from "./images.js";
import { codeOf, isKnown } from "./state.js";

/** The cells of the square around `cell`, {row, column, cell}: `cell` is null beyond the edge of the grid. */
export function around(grid, cell, reach = 1) {
  const cells = [];
  for (let row = -reach; row <= reach; row++)
    for (let column = -reach; column <= reach; column++) {
      const [r, c] = [rowOf(grid, cell) + row, columnOf(grid, cell) + column];
      cells.push({
        row: row + reach,
        column: column + reach,
        cell: inside(grid, r, c) ? r * grid.width + c : null,
      });
    }
  return cells;
}

/** A canvas of `size` pixels that shows `code` at `cell` of a state, among the neighbours. */
export function patch(state, cell, code, size) {
  const surface = document.createElement("canvas");
  surface.width = surface.height = size;
  surface.setAttribute("aria-hidden", true);
  const context = surface.getContext("2d");
  const picture = images.get(state.picture?.url);
  const side = size / 3;
  for (const { row, column, cell: here } of around(state, cell)) {
    const [x, y] = [column * side, row * side];
    if (here === cell) sprite.paint(context, code, x, y, side);
    else if (here !== null) paintCell(context, state, picture, here, x, y, side);
  }
  return surface;
}

function paintCell(context, state, picture, cell, x, y, side) {
  if (!isKnown(state, cell)) return;
  const code = codeOf(state, cell);
  if (!picture || state.picture.codes[cell] !== code) {
    sprite.paint(context, code, x, y, side);
    return;
  }
  const from = picture.width / state.width;
  context.drawImage(
    picture,
    columnOf(state, cell) * from,
    rowOf(state, cell) * from,
    from,
    from,
    x,
    y,
    side,
    side,
  );
}
