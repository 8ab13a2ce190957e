import assert from "node:assert/strict";
import { test } from "node:test";

import { centred, moved, pulled, resized } from "../../unleash/studio/web/opening/cropping.js";

const WIDE = { width: 400, height: 300 };
const CROP = { x: 100, y: 50, side: 120 };

test("the largest square lies in the middle", () => {
  assert.deepEqual(centred(WIDE), { x: 50, y: 0, side: 300 });
  assert.deepEqual(centred({ width: 3, height: 50 }), { x: 0, y: 23, side: 3 });
});

test("a crop is moved as far as the picture goes, in whole pixels", () => {
  assert.deepEqual(moved(CROP, 10.4, -20.6, WIDE), { x: 110, y: 29, side: 120 });
  assert.deepEqual(moved(CROP, 1000, 1000, WIDE), { x: 280, y: 180, side: 120 });
  assert.deepEqual(moved(CROP, -1000, -1000, WIDE), { x: 0, y: 0, side: 120 });
});

test("it grows about its middle, and away from the border", () => {
  assert.deepEqual(resized(CROP, 20, WIDE), { x: 90, y: 40, side: 140 });
  assert.deepEqual(resized({ x: 0, y: 0, side: 100 }, 20, WIDE), { x: 0, y: 0, side: 120 });
  assert.equal(resized(CROP, 1000, WIDE).side, 300);
  assert.equal(resized(CROP, -1000, WIDE).side, 16);
  assert.equal(resized({ x: 0, y: 0, side: 3 }, -1000, { width: 3, height: 50 }).side, 3);
});

test("a corner follows the pointer, and the opposite one stays", () => {
  const [first, last] = [
    { left: true, top: true },
    { left: false, top: false },
  ];
  assert.deepEqual(pulled(CROP, last, { x: 250, y: 60 }, WIDE), { x: 100, y: 50, side: 150 });
  assert.deepEqual(pulled(CROP, first, { x: 90, y: 60 }, WIDE), { x: 90, y: 40, side: 130 });
  assert.deepEqual(pulled(CROP, last, { x: 900, y: 900 }, WIDE), { x: 100, y: 50, side: 250 });
  assert.deepEqual(pulled(CROP, first, { x: 500, y: 500 }, WIDE), { x: 204, y: 154, side: 16 });
});
