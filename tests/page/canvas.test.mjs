import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { alike, difference, lookOf } from "../../unleash/studio/web/canvas/looks.js";
import { Pointers, pressed } from "../../unleash/studio/web/canvas/pointers.js";
import * as view from "../../unleash/studio/web/canvas/view.js";
import { pictureBefore } from "../../unleash/studio/web/page/history.js";
import { extended } from "../../unleash/studio/web/page/growing.js";
import { deleteSelection, saveSelection, takeSelection } from "../../unleash/studio/web/page/selections.js";
import { blank, filled, mask, pin } from "../../unleash/studio/web/page/state.js";

const AT = { x: 0, y: 0 };

describe("pointers on the stage", () => {
  test("beside a pen no finger counts", () => {
    const pointers = new Pointers();
    assert.equal(pointers.down(1, "pen", AT), "paints");
    assert.equal(pointers.down(2, "touch", AT), "ignored");
    assert.equal(pointers.moved(2, { x: 9, y: 9 }), null);
    assert.equal(pointers.up(2), false, "so its end, or its being cancelled, ends nothing");
    assert.deepEqual(pointers.moved(1, { x: 3, y: 0 }), { before: AT, other: null });
    assert.equal(pointers.up(1), true);
  });

  test("a pen takes the place of the hand that came down before it", () => {
    const pointers = new Pointers();
    assert.equal(pointers.down(1, "touch", AT), "paints");
    assert.equal(pointers.down(2, "pen", AT), "replaces");
    assert.equal(pointers.up(1), false);
    assert.equal(pointers.up(2), true);
  });

  test("two fingers pinch, a third is ignored, and one paints again after that", () => {
    const pointers = new Pointers();
    assert.equal(pointers.down(1, "touch", AT), "paints");
    assert.equal(pointers.down(2, "touch", { x: 10, y: 0 }), "pinches");
    assert.equal(pointers.down(3, "touch", AT), "ignored");
    assert.deepEqual(pointers.moved(2, { x: 20, y: 0 }), { before: { x: 10, y: 0 }, other: AT });
    assert.equal(pointers.up(1), true);
    assert.equal(pointers.up(2), true);
    assert.equal(pointers.down(4, "touch", AT), "paints");
  });

  test("a pen that presses lightly has a smaller brush, a mouse always the same", () => {
    const pen = (pressure) => ({ pointerType: "pen", pressure });
    assert.equal(pressed(40, pen(1), 2), 40);
    assert.equal(pressed(40, pen(0.2), 2), 16);
    assert.equal(pressed(1, pen(0.01), 1), 1);
    assert.equal(pressed(40, pen(0), 2), 40, "a pen that tells no pressure");
    assert.equal(pressed(40, { pointerType: "mouse", pressure: 0.5 }, 2), 40);
  });
});

describe("the view", () => {
  const grid = { height: 16, width: 32, cell: 16 };
  const stage = { width: 640, height: 640 };
  const place = { x: 100, y: 300 };

  test("zooming leaves in its place what is under the pointer", () => {
    let now = view.FIT;
    const wide = { width: 640, height: 320 };
    for (const factor of [1.5, 2, 1.2, 0.7]) {
      const before = view.pointAt(view.layout(grid, wide, now), 100, 150);
      now = view.zoomAt(grid, wide, now, factor, { x: 100, y: 150 });
      const { row, column } = view.pointAt(view.layout(grid, wide, now), 100, 150);
      assert.ok(Math.abs(row - before.row) < 1e-9 && Math.abs(column - before.column) < 1e-9);
    }
  });

  test("100 % is a pixel of the picture for one of the screen, also below what fits", () => {
    for (const ratio of [1, 2]) {
      const actual = view.actualSize(grid, stage, ratio);
      const now = view.zoomAt(grid, stage, view.FIT, actual, place, actual);
      const { cell, left, top } = view.layout(grid, stage, now);
      assert.equal(cell * ratio, grid.cell);
      assert.equal(left, (640 - 32 * cell) / 2, "in the middle");
      assert.equal(top, (640 - 16 * cell) / 2);
    }
  });

  test("the picture cannot be moved off the stage", () => {
    const near = view.zoomAt(grid, stage, view.FIT, 4, place);
    const far = view.panBy(grid, stage, near, 9999, -9999);
    const { cell, left, top } = view.layout(grid, stage, far);
    assert.equal(left, 0);
    assert.equal(top, 640 - 16 * cell);
  });

  test("a cell is brought onto the stage", () => {
    const near = view.zoomAt(grid, stage, view.FIT, 4, { x: 0, y: 0 });
    const { cell, left } = view.layout(grid, stage, view.reveal(grid, stage, near, 8, 31));
    assert.ok(left + 32 * cell <= 640 + 1e-9);
  });
});

describe("what looks like a cell", () => {
  const grey = (value) => lookOf(Array(16).fill([value, value, value, 255]).flat());
  const grid = { height: 1, width: 5 };
  const looks = [grey(100), grey(105), grey(200), grey(102), grey(255)];

  test("the difference is 0 for the same and 1 for black and white", () => {
    assert.equal(difference(grey(7), grey(7)), 0);
    assert.ok(Math.abs(difference(grey(0), grey(255)) - 1) < 1e-9);
    const stripes = lookOf([...[0, 0, 0, 255], ...[255, 255, 255, 255]]);
    assert.ok(difference(stripes, grey(127)) > 0.2, "of one mean, but with contrast");
  });

  test("within the tolerance, connected or everywhere", () => {
    const how = (connected, tolerance = 0.05) => alike(grid, looks, 0, { connected, tolerance }).sort();
    assert.deepEqual(how(true), [0, 1]);
    assert.deepEqual(how(false), [0, 1, 3]);
    assert.deepEqual(how(true, 0), [0]);
    assert.deepEqual(how(true, 1), [0, 1, 2, 3, 4]);
  });
});

const GRID = { height: 2, width: 3, codebook: 10 };
const whole = filled(blank(GRID), [1, 2, 3, 4, 5, 6]);
const masked = (state) => state.masked.flatMap((is, cell) => (is ? [cell] : []));

describe("selections", () => {
  test("a mask is kept under a name, and taken up in place of another", () => {
    const named = saveSelection(pin(mask(whole, [0, 4]), [4], 7), " tower ");
    assert.deepEqual(named.selections, [{ name: "tower", cells: [0] }]);
    const other = mask(filled(named, [1, 2, 3, 4, 7, 6]), [2, 3]);
    assert.deepEqual(masked(takeSelection(other, "tower")), [0]);
    assert.deepEqual(saveSelection(other, "tower").selections, [{ name: "tower", cells: [2, 3] }]);
    assert.deepEqual(deleteSelection(other, "tower").selections, []);
  });

  test("they grow with the canvas", () => {
    const named = saveSelection(mask(whole, [0, 5]), "corners");
    assert.deepEqual(extended(named, { left: 1, top: 1 }).selections[0].cells, [5, 11]);
  });

  test("one needs a name and a mask", () => {
    assert.throws(() => saveSelection(mask(whole, [0]), "  "), /Name the selection/);
    assert.throws(() => saveSelection(whole, "tower"), /Nothing is masked/);
  });
});

test("the picture before is the last other one on this grid", () => {
  const shows = (url, more = {}) => ({ height: 2, width: 3, picture: url && { url }, ...more });
  const past = [shows("a"), shows("b", { width: 9 }), shows(null), shows("c")];
  assert.equal(pictureBefore({ past, present: shows("c") }).picture.url, "a");
  assert.equal(pictureBefore({ past: [shows(null)], present: shows("c") }), null);
});
