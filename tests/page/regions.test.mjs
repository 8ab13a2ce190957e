import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, effectOf, fillsAfter, paintsOnBlank } from "../../unleash/studio/web/canvas/tools.js";
import { CanvasError } from "../../unleash/studio/web/page/geometry.js";
import { extended, stitched } from "../../unleash/studio/web/page/growing.js";
import { checkedState } from "../../unleash/studio/web/page/project.js";
import {
  areRegions,
  deleteRegion,
  eraseRegions,
  MOST_REGIONS,
  paintRegion,
  partsToFill,
  regionsFromServer,
  regionsToServer,
} from "../../unleash/studio/web/page/regions.js";
import { blank, keep, place } from "../../unleash/studio/web/page/state.js";
import { openedBy, toServer } from "../../unleash/studio/web/page/wire.js";

const grid = { height: 2, width: 4, codebook: 8 };
const whole = place(blank(grid), { codes: [0, 1, 2, 3, 4, 5, 6, 7], url: "data:image/png;base64," });
const picture = keep(whole, [0, 1, 2, 3, 4, 5, 6, 7]);
const shown = (state) => Object.fromEntries(state.regions.map(({ shows, cells }) => [shows, cells]));

test("painted cells show what is in hand, are masked, and leave the region they were in", () => {
  const night = paintRegion(picture, [5, 4, 1], "night");
  assert.deepEqual(shown(night), { night: [1, 4, 5] });
  assert.deepEqual(
    night.masked.flatMap((masked, cell) => (masked ? [cell] : [])),
    [1, 4, 5],
  );
  const both = paintRegion(night, [5, 6], "dusk");
  assert.deepEqual(shown(both), { night: [1, 4], dusk: [5, 6] });
  assert.deepEqual(shown(paintRegion(both, [2], "night")), { night: [1, 2, 4], dusk: [5, 6] });
  assert.deepEqual(shown(paintRegion(both, [1, 4], "dusk")), { dusk: [1, 4, 5, 6] }, "none is empty");
  assert.equal(paintRegion(both, [1], "night"), both, "nothing changes");
});

test("erased cells show what the rest shows, and stay masked", () => {
  const night = paintRegion(picture, [1, 4], "night");
  const erased = eraseRegions(night, [1]);
  assert.deepEqual(shown(erased), { night: [4] });
  assert.ok(erased.masked[1]);
  assert.equal(eraseRegions(erased, [0]), erased);
  assert.deepEqual(eraseRegions(erased, [4]).regions, []);
  assert.deepEqual(deleteRegion(night, "night").regions, []);
});

test("a canvas has only so many regions", () => {
  let state = blank({ height: 4, width: 8, codebook: 8 });
  for (let i = 0; i < MOST_REGIONS; i++) state = paintRegion(state, [i], `region ${i}`);
  assert.throws(() => paintRegion(state, [20], "one more"), CanvasError);
  assert.equal(paintRegion(state, [20], "region 0").regions.length, MOST_REGIONS);
  assert.equal(paintRegion(state, [0], "one more").regions.length, MOST_REGIONS, "in the place of another");
});

test("each region in which something is masked is a part to fill, and so is the rest", () => {
  assert.equal(partsToFill(picture), 0);
  assert.equal(partsToFill(blank(grid)), 1);
  const two = paintRegion(paintRegion(picture, [1], "night"), [2], "dusk");
  assert.equal(partsToFill(two), 2);
  assert.equal(partsToFill(keep(two, [2])), 1);
  assert.equal(partsToFill(paintRegion(blank(grid), [1], "night")), 2);
});

test("the server gets rows and columns, and later regions go over earlier ones", () => {
  const state = paintRegion(paintRegion(picture, [5, 6], "night"), [0], "dusk");
  const sent = regionsToServer(state);
  assert.deepEqual(sent, [
    {
      shows: "night",
      cells: [
        [1, 1],
        [1, 2],
      ],
    },
    { shows: "dusk", cells: [[0, 0]] },
  ]);
  assert.deepEqual(regionsFromServer(sent, grid), state.regions);
  assert.deepEqual(regionsFromServer([...sent, { shows: "day", cells: [[1, 1]] }], grid), [
    { shows: "night", cells: [6] },
    { shows: "dusk", cells: [0] },
    { shows: "day", cells: [5] },
  ]);
});

test("cells off the canvas are left out", () => {
  const cells = [
    [0, 1],
    [2, 0],
    [0, 4],
  ];
  assert.deepEqual(regionsFromServer([{ shows: "night", cells }], grid), [{ shows: "night", cells: [1] }]);
  assert.deepEqual(regionsFromServer([{ shows: "night", cells: [[9, 9]] }], grid), []);
});

test("an opened recipe brings its regions, an opened picture none", () => {
  const regions = [{ shows: "night", cells: [[1, 1]] }];
  const canvas = toServer(picture);
  const recipe = { canvas, codes: null, settings: { regions } };
  const opened = (more) => openedBy({ canvas, cell: 16, ...more }, picture).state;
  assert.deepEqual(shown(opened({ recipe, regions })), { night: [5] });
  assert.deepEqual(shown(opened({ recipe, regions: [] })), {}, "what the model cannot show");
  const made = { ...recipe, codes: canvas.base };
  assert.deepEqual(shown(opened({ recipe: made, codes: canvas.base, image: "a", regions })), { night: [5] });
  assert.deepEqual(shown(opened({})), {});
});

test("regions move with their cells", () => {
  const night = paintRegion(picture, [0, 5], "night");
  const larger = extended(night, { left: 1, top: 1 });
  assert.deepEqual(shown(larger), { night: [6, 12] });
  const other = paintRegion(paintRegion(picture, [0], "night"), [1], "dusk");
  assert.deepEqual(shown(stitched(night, other, "horizontal", 0)), { night: [0, 4, 9], dusk: [5] });
});

test("a project's regions and selections are checked", () => {
  const night = paintRegion(picture, [0, 5], "night");
  assert.deepEqual(checkedState(night).regions, night.regions);
  for (const wrong of [
    "night",
    [null],
    [{ shows: "", cells: [0] }],
    [{ shows: "night", cells: [8] }],
    [{ shows: "night", cells: [] }],
    [{ shows: "night", cells: [0.5] }],
    Array(MOST_REGIONS + 1).fill(night.regions[0]),
  ]) {
    assert.ok(!areRegions(wrong, 8));
    assert.deepEqual(checkedState({ ...night, regions: wrong }).regions, []);
    assert.deepEqual(checkedState({ ...night, selections: wrong }).selections, []);
  }
});

test("tools that mask paint the region in hand, and the inverse takes cells from it", () => {
  for (const name of ["mask", "rectangle", "lasso", "polygon", "fill", "wand"]) {
    const painted = effectOf({ name, region: "night" }, false)(picture, [1]);
    assert.deepEqual(shown(painted), { night: [1] }, name);
    assert.deepEqual(shown(effectOf({ name, region: "night" }, true)(painted, [1])), {}, name);
    assert.equal(fillsAfter({ name, region: "night", live: true }, false), "swept");
    assert.equal(fillsAfter({ name, region: "night", live: true }, true), null);
    assert.ok(paintsOnBlank({ name, region: "night" }), "an empty canvas makes room for it");
    assert.ok(!paintsOnBlank({ name, region: null }));
  }
  for (const name of ["keep", "heal"])
    assert.deepEqual(effectOf({ name, region: "night" }, false)(picture, [1]).regions, [], name);
  assert.match(describe(paintRegion(picture, [1], "night"), 1), /shows night/);
});
