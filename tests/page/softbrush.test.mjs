import assert from "node:assert/strict";
import { test } from "node:test";

import { boundsOf, touchedCells } from "../../unleash/studio/web/canvas/softbrush.js";

const GRID = { height: 3, width: 4, cell: 2 };

/** A mask over the grid's 8×6 pixels, of which these [x, y, value] are covered. */
function covered(...pixels) {
  const alpha = new Uint8ClampedArray(8 * 6);
  for (const [x, y, value] of pixels) alpha[y * 8 + x] = value;
  return alpha;
}

test("a soft mask is kept where it covers something, in whole cells", () => {
  const alpha = covered([3, 2, 255], [4, 3, 1]);
  assert.deepEqual(boundsOf(GRID, alpha), { top: 1, left: 1, rows: 1, columns: 2 });
  assert.deepEqual(
    touchedCells(GRID, alpha).flatMap((is, cell) => (is ? [cell] : [])),
    [5],
    "a cell is touched by more than half of a pixel",
  );
  assert.deepEqual(boundsOf(GRID, covered([0, 0, 9], [7, 5, 9])), { top: 0, left: 0, rows: 3, columns: 4 });
  assert.deepEqual(boundsOf(GRID, covered()), { top: 0, left: 0, rows: 1, columns: 1 });
});
