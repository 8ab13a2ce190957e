/**
 * Which cells a gesture touches. Pure functions over a grid `{height, width}`;
 * a cell is its row-major index, a point is `{row, column}` and may lie between cells.
 */

/** An edit that is not possible; the message, a sentence for the person, says why. */
export class CanvasError extends Error {}

export function cellAt(grid, row, column) {
  if (!inside(grid, row, column))
    throw new CanvasError(
      `Cell (${row}, ${column}) is off the grid of ${grid.height}×${grid.width} cells, counted from 0.`,
    );
  return row * grid.width + column;
}

export const rowOf = (grid, cell) => Math.floor(cell / grid.width);

export const columnOf = (grid, cell) => cell % grid.width;

/** A cell as messages name it, counted from 0. */
export const cellName = (grid, cell) => `(${rowOf(grid, cell)}, ${columnOf(grid, cell)})`;

export const inside = (grid, row, column) =>
  row >= 0 && row < grid.height && column >= 0 && column < grid.width;

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** The cells of the axis-parallel rectangle that has the cells `a` and `b` as corners. */
export function rectangle(grid, a, b) {
  const [top, bottom] = [rowOf(grid, a), rowOf(grid, b)].sort((x, y) => x - y);
  const [left, right] = [columnOf(grid, a), columnOf(grid, b)].sort((x, y) => x - y);
  const cells = [];
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++) cells.push(cellAt(grid, row, column));
  return cells;
}

/** The cells under a square brush of `size`×`size` cells centred at `point`. */
export function brush(grid, point, size) {
  const top = Math.round(point.row + 0.5 - size / 2);
  const left = Math.round(point.column + 0.5 - size / 2);
  const cells = [];
  for (let row = top; row < top + size; row++)
    for (let column = left; column < left + size; column++)
      if (inside(grid, row, column)) cells.push(cellAt(grid, row, column));
  return cells;
}

/** The cells a brush sweeps between two points, so that a fast drag leaves no gaps. */
export function stroke(grid, from, to, size) {
  const length = Math.max(Math.abs(to.row - from.row), Math.abs(to.column - from.column));
  const samples = Math.max(1, Math.ceil(length * 2));
  const cells = new Set();
  for (let i = 0; i <= samples; i++) {
    const share = i / samples;
    const point = {
      row: from.row + (to.row - from.row) * share,
      column: from.column + (to.column - from.column) * share,
    };
    for (const cell of brush(grid, point, size)) cells.add(cell);
  }
  return [...cells];
}

/** The connected cells around `start` with the same `key(cell)`. */
export function region(grid, start, key) {
  const wanted = key(start);
  const found = new Set([start]);
  const open = [start];
  while (open.length) {
    const cell = open.pop();
    const [row, column] = [rowOf(grid, cell), columnOf(grid, cell)];
    for (const [r, c] of [
      [row - 1, column],
      [row + 1, column],
      [row, column - 1],
      [row, column + 1],
    ]) {
      if (!inside(grid, r, c)) continue;
      const next = cellAt(grid, r, c);
      if (found.has(next) || key(next) !== wanted) continue;
      found.add(next);
      open.push(next);
    }
  }
  return [...found];
}

/** The cells with centres inside the polygon `points`; the cell at the first point if there are none. */
export function enclosed(grid, points) {
  const within = (row, column) => {
    let odd = false;
    points.forEach((a, i) => {
      const b = points[(i + 1) % points.length];
      if (a.row > row === b.row > row) return;
      const crossing = a.column + ((row - a.row) / (b.row - a.row)) * (b.column - a.column);
      if (column < crossing) odd = !odd;
    });
    return odd;
  };
  const cells = [];
  for (let row = 0; row < grid.height; row++)
    for (let column = 0; column < grid.width; column++)
      if (within(row, column)) cells.push(cellAt(grid, row, column));
  return cells.length ? cells : brush(grid, points[0], 1);
}
