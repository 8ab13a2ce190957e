import assert from "node:assert/strict";
import { test } from "node:test";

import * as geometry from "../../unleash/studio/web/page/geometry.js";

const GRID = { height: 4, width: 5 };
const cells = (...pairs) => pairs.map(([row, column]) => row * 5 + column);
const sorted = (found) => [...found].sort((a, b) => a - b);

test("a cell is its row-major index", () => {
  assert.equal(geometry.cellAt(GRID, 2, 3), 13);
  assert.equal(geometry.rowOf(GRID, 13), 2);
  assert.equal(geometry.columnOf(GRID, 13), 3);
  for (const [row, column] of [
    [-1, 0],
    [0, -1],
    [4, 0],
    [0, 5],
  ]) {
    assert.equal(geometry.inside(GRID, row, column), false);
    assert.throws(() => geometry.cellAt(GRID, row, column), geometry.CanvasError);
  }
});

test("a rectangle lies between any two of its corners", () => {
  const block = cells([1, 1], [1, 2], [2, 1], [2, 2]);
  for (const [a, b] of [
    [
      [1, 1],
      [2, 2],
    ],
    [
      [2, 2],
      [1, 1],
    ],
    [
      [1, 2],
      [2, 1],
    ],
  ])
    assert.deepEqual(geometry.rectangle(GRID, ...cells(a, b)), block);
  assert.deepEqual(geometry.rectangle(GRID, 7, 7), [7]);
});

test("a brush covers its size around a point and nothing off the grid", () => {
  assert.deepEqual(geometry.brush(GRID, { row: 1, column: 1 }, 1), cells([1, 1]));
  assert.equal(geometry.brush(GRID, { row: 1.5, column: 1.5 }, 2).length, 4);
  assert.equal(geometry.brush(GRID, { row: 1, column: 2 }, 3).length, 9);
  assert.deepEqual(geometry.brush(GRID, { row: 0, column: 0 }, 3), cells([0, 0], [0, 1], [1, 0], [1, 1]));
  assert.deepEqual(geometry.brush(GRID, { row: -5, column: 0 }, 3), []);
});

test("a fast stroke leaves no gaps", () => {
  const row = geometry.stroke(GRID, { row: 2, column: 0 }, { row: 2, column: 4 }, 1);
  assert.deepEqual(sorted(row), cells([2, 0], [2, 1], [2, 2], [2, 3], [2, 4]));
  const diagonal = geometry.stroke(GRID, { row: 0, column: 0 }, { row: 3, column: 3 }, 1);
  for (const cell of cells([0, 0], [1, 1], [2, 2], [3, 3])) assert.ok(diagonal.includes(cell));
});

test("a region is what is alike and connected by sides", () => {
  const map = [...[0, 0, 1, 0, 0], ...[0, 1, 1, 0, 1], ...[1, 0, 0, 1, 0], ...[0, 0, 0, 0, 0]];
  const around = (cell) => sorted(geometry.region(GRID, cell, (other) => map[other]));
  assert.deepEqual(around(0), cells([0, 0], [0, 1], [1, 0]));
  assert.deepEqual(around(2), cells([0, 2], [1, 1], [1, 2]));
  assert.deepEqual(around(13), cells([2, 3]), "corners do not connect");
});

test("clamping", () => {
  assert.deepEqual(
    [-1, 2, 9].map((value) => geometry.clamp(value, 0, 5)),
    [0, 2, 5],
  );
});

test("what a line encloses are the cells whose middles lie within", () => {
  const at = (row, column) => ({ row, column });
  const block = [at(0.5, 0.5), at(0.5, 3.4), at(2.5, 3.4), at(2.5, 0.5)];
  assert.deepEqual(geometry.enclosed(GRID, block), [
    ...cells([1, 1], [1, 2], [1, 3]),
    ...cells([2, 1], [2, 2], [2, 3]),
  ]);
  const corner = [at(-0.4, -0.4), at(-0.4, 1.6), at(1.6, -0.4)];
  assert.deepEqual(geometry.enclosed(GRID, corner), cells([0, 0], [0, 1], [1, 0]));
  assert.deepEqual(geometry.enclosed(GRID, [at(2.2, 3.1)]), cells([2, 3]), "a click is the cell itself");
});
