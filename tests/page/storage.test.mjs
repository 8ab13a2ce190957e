import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import * as storage from "../../unleash/studio/web/page/storage.js";

/** As a browser's; `room` is false where there is no more. */
class Area {
  items = new Map();
  room = true;
  getItem = (key) => this.items.get(key) ?? null;
  removeItem = (key) => this.items.delete(key);
  setItem(key, value) {
    if (!this.room) throw new Error("full");
    this.items.set(key, value);
  }
}

beforeEach(() => {
  globalThis.localStorage = new Area();
  globalThis.sessionStorage = new Area();
});

const saved = async (save, value) => {
  save(value);
  await new Promise((resolve) => setTimeout(resolve, 5));
};

test("a tab reads what it wrote itself, a new one what any wrote last", async () => {
  const save = storage.saver("canvas", 0);
  await saved(save, "mine");
  localStorage.setItem("canvas", '"of another tab"');
  assert.equal(storage.read("canvas"), "mine");
  globalThis.sessionStorage = new Area();
  assert.equal(storage.read("canvas"), "of another tab");
});

test("where there is no more room that is told once, what is older is gone, and so is the trouble with room", async () => {
  const told = [];
  for (const type of ["full", "kept"]) storage.trouble.addEventListener(type, () => told.push(type));
  const save = storage.saver("canvas", 0);
  await saved(save, 1);
  localStorage.room = sessionStorage.room = false;
  await saved(save, 2);
  await saved(save, 3);
  assert.deepEqual(told, ["full"]);
  assert.equal(storage.read("canvas"), null);
  localStorage.room = sessionStorage.room = true;
  await saved(save, 4);
  assert.deepEqual(told, ["full", "kept"]);
  assert.equal(storage.read("canvas"), 4);
});

test("what is forbidden is read as nothing", () => {
  Object.defineProperty(globalThis, "sessionStorage", {
    configurable: true,
    get: () => {
      throw new Error("forbidden");
    },
  });
  assert.equal(storage.read("canvas"), null);
  Object.defineProperty(globalThis, "sessionStorage", { configurable: true, writable: true, value: null });
});

test("long strings are packed once, and everything comes back", () => {
  const url = `data:${"x".repeat(1000)}`;
  const value = { past: [{ url }, { url, n: null }], present: { url, short: "long" }, list: [1, "a"] };
  const packed = storage.packed(value);
  assert.equal(packed.strings.length, 1);
  assert.ok(packed.text.length < 200);
  assert.deepEqual(storage.unpacked(packed), value);
});
