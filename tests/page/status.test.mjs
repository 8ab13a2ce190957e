import assert from "node:assert/strict";
import { test } from "node:test";

import { statusOf } from "../../unleash/studio/web/run_panel/status.js";

const status = (store, ended) =>
  statusOf({ run: null, queue: { list: [] }, unfinished: null, ...store }, ended);

test("with nothing under way there is no progress to see, and what became of the last run is said", () => {
  assert.equal(status({ loading: true }).text, "The model is loading…");
  assert.equal(status({ loading: true, run: { waiting: true } }).text, "The model is loading…");
  assert.deepEqual(status({}), { state: "idle", value: 0, max: 1, text: "Ready", stopped: false });
  const estimate = "About 1 s for 20×16 cells";
  assert.equal(status({ estimate }, "The picture is finished.").text, "The picture is finished.");
  assert.equal(status({ estimate }).text, estimate);
  assert.equal(status({ estimate: "" }).text, "Ready");
});

test("a run says its step, its picture and what is to follow", () => {
  const frame = { index: 3, total: 8, picture: 1, pictures: 2, seconds_left: 1.25 };
  const { state, value, max, text } = status({ run: { frame }, queue: { list: [{}] } });
  assert.deepEqual([state, value, max], ["running", 11, 16]);
  assert.equal(text, "Step 3 of 8 · picture 2 of 2 · 1.3 s left · 1 more to follow");
});

test("what waits has a bar that says no share", () => {
  for (const store of [{ run: { waiting: true } }, { queue: { list: [{}] } }]) {
    const { state, value } = status(store);
    assert.deepEqual([state, value], ["waiting", null]);
  }
});

test("among others it says how many take turns, and about how long it will take", () => {
  const waiting = { waiting: true, turns: { people: 3, seconds: 40.2 } };
  assert.equal(status({ run: waiting }).text, "3 people take turns · about 40 s");
  const unknown = { waiting: true, turns: { people: 2, seconds: 0 } };
  assert.equal(status({ run: unknown }).text, "2 people take turns");
  const frame = { index: 1, total: 4, picture: 0, pictures: 1, seconds_left: 9, people: 3 };
  assert.equal(status({ run: { frame } }).text, "Step 1 of 4 · 9.0 s left · 3 people take turns");
  assert.equal(status({ run: { frame: { ...frame, people: 1 } } }).text, "Step 1 of 4 · 9.0 s left");
});

test("a stopped picture says where it stands", () => {
  const unfinished = { before: 2, progress: { step: 3 }, total: 20, picture: 1, pictures: 2 };
  assert.equal(status({ unfinished }, "The connection was lost.").text, "The connection was lost.");
  assert.deepEqual(status({ unfinished }), {
    state: "idle",
    value: 25, // the bar goes on where it was, however much of the canvas was known before
    max: 40,
    text: "Stopped at step 5 of 20 · picture 2 of 2",
    stopped: true,
  });
  const older = status({ unfinished: { ...unfinished, total: undefined } });
  assert.deepEqual([older.value, older.text], [0, "Stopped at step 5 · picture 2 of 2"]);
});
