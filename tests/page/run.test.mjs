import assert from "node:assert/strict";
import { test } from "node:test";

import { opened } from "../../unleash/studio/web/page/pixels.js";
import { asked, begun, strokeRun } from "../../unleash/studio/web/page/run.js";
import { blank, filled, mask, pin } from "../../unleash/studio/web/page/state.js";

const empty = blank({ height: 1, width: 4, codebook: 5 });
const whole = filled(empty, [2, 2, 2, 2]);

test("each run has a name of its own", () => {
  const names = new Set(Array.from({ length: 100 }, () => asked(empty).id));
  assert.equal(names.size, 100);
  for (const name of names) assert.match(name, /^[0-9a-f]{32}$/);
});

test("a run fills what is masked and not pinned", () => {
  const run = asked(pin(mask(whole, [0, 1]), [1], 3));
  assert.deepEqual(run.region.cells, [true, false, false, false]);
  assert.equal(run.pixels, null);
});

test("a run paints over the pixels of an opened picture where it is masked or pinned", () => {
  const state = { ...pin(mask(whole, [0]), [1], 3), pixels: opened(whole, "key") };
  const [layer] = asked(state).pixels.layers;
  assert.deepEqual(layer.cells, [true, true, false, false]);
});

test("a run follows a canvas of its size", () => {
  const run = asked(empty);
  const frame = { codes: [[5, 5, 5, 5]] };
  assert.equal(begun(run, frame, whole, null).follows, true);
  assert.equal(begun(run, frame, blank({ height: 2, width: 2, codebook: 5 }), null).follows, false);
  assert.equal(begun({ ...run, follows: false }, frame, whole, null).follows, false);
  assert.equal(begun(run, { ...frame, varies: true }, whole, null).region, null);
});

test("a stroke that masks is filled, together with what was never known", () => {
  const state = mask(filled(empty, [2, 2, 2, 5], { partial: true }), [0, 1]);
  const { canvas, run } = strokeRun(state, "swept", new Set([0]), "a");
  assert.deepEqual(canvas.masked, [true, false, false, true], "what else is masked waits");
  assert.deepEqual([run.id, run.live], ["a", true]);
});

test("a stroke that only swept pins leaves nothing to fill", () => {
  assert.equal(strokeRun(pin(whole, [0], 1), "swept", new Set([0]), "a"), null);
});

test("a stroke takes over what the run before it has not filled", () => {
  const state = mask(whole, [0, 1]);
  const before = strokeRun(state, "swept", new Set([0]), "a").run;
  const { canvas } = strokeRun(state, "swept", new Set([1]), "b", before);
  assert.deepEqual(canvas.masked, [true, true, false, false]);
});

test("a pin is answered by what is masked", () => {
  const state = pin(mask(whole, [1]), [0], 1);
  const { canvas } = strokeRun(state, "masked", new Set([0]), "a");
  assert.deepEqual(canvas.masked, [false, true, false, false]);
});

test("a pin is answered by the last region if it lies there and nothing is masked", () => {
  const lastRegion = { cells: [true, true, false, false], soft: null };
  const fills = (cell) =>
    strokeRun({ ...pin(whole, [cell], 1), lastRegion }, "masked", new Set([cell]), "a").run.region.cells;
  assert.deepEqual(fills(0), [false, true, false, false], "the pin itself stays");
  assert.deepEqual(fills(3), [false, false, false, false]);
});
