import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Board } from "../../unleash/studio/web/page/board.js";

let now;
let frames;

/** A surface of 20 by 20 pixels that remembers what is drawn on it. */
function surfaced() {
  const drawn = [];
  const context = {
    drawImage: (image) => drawn.push(["image", image.src]),
    fillRect(...box) {
      drawn.push([this.fillStyle, ...box]);
    },
    beginPath() {},
    moveTo() {},
    lineTo() {},
    stroke: () => drawn.push(["hatch"]),
  };
  return { drawn, surface: { width: 20, height: 20, getContext: () => context } };
}

beforeEach(() => {
  now = 1000;
  frames = [];
  Object.assign(globalThis, {
    document: { body: {} },
    MutationObserver: class {
      observe() {}
    },
    getComputedStyle: () => ({ getPropertyValue: (name) => name.slice(2) }),
    requestAnimationFrame: (frame) => frames.push(frame),
    Image: class {
      // The picture called "slow" is decoded after all others.
      decode = () => new Promise((resolve) => setTimeout(resolve, this.src === "slow" ? 20 : 0));
    },
  });
  performance.now = () => now;
});

const hatched = (drawn) => drawn.filter(([what]) => what === "hatch").length;
const lit = (drawn) => drawn.filter(([what]) => what === "fresh").map(([, ...box]) => box);

test("cells that are not known are veiled over the picture", async () => {
  const { drawn, surface } = surfaced();
  const board = new Board(surface);
  await board.show("picture", [
    [true, false],
    [false, false],
  ]);
  assert.ok(drawn.some(([what, src]) => what === "image" && src === "picture"));
  assert.equal(hatched(drawn), 3);
});

test("a cell that has become known lights up, and fades", async () => {
  const { drawn, surface } = surfaced();
  const board = new Board(surface);
  await board.show("first", [[true, false]]);
  await board.show("second", [[true, true]]);
  assert.deepEqual(lit(drawn), [[10, 0, 10, 20]]);
  assert.ok(frames.length, "another frame is wanted");
  drawn.length = frames.length = 0;
  now += 10_000;
  board.cover([[true, true]]);
  assert.deepEqual(lit(drawn), []);
});

test("cells uncovered by hand do not light up", async () => {
  const { drawn, surface } = surfaced();
  const board = new Board(surface);
  await board.show("picture", [[false, false]]);
  board.cover([[true, true]]);
  assert.deepEqual(lit(drawn), []);
});

test("pictures are shown in turn, though a later one is there first", async () => {
  const { drawn, surface } = surfaced();
  const board = new Board(surface);
  const slow = board.show("slow", [[true]]);
  await board.show("fast", [[true]]);
  await slow;
  const shown = drawn.filter(([what]) => what === "image").map(([, src]) => src);
  assert.ok(shown.indexOf("slow") < shown.indexOf("fast"));
  assert.equal(shown.at(-1), "fast");
});

test("a cleared board shows no picture and knows nothing", async () => {
  const { drawn, surface } = surfaced();
  const board = new Board(surface);
  await board.show("picture", [[true, true]]);
  drawn.length = 0;
  board.clear(1, 2);
  await board.show(null, [[false, false]]);
  assert.ok(!drawn.some(([what]) => what === "image"));
  assert.equal(hatched(drawn.slice(drawn.length / 2)), 2);
});
