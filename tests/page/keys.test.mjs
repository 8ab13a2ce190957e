import assert from "node:assert/strict";
import { test } from "node:test";

import { fromAria, inWords, keyOf } from "../../unleash/studio/web/page/shortcuts.js";

const event = (key, code, more = {}) => ({
  key,
  code,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  getModifierState: () => false,
  ...more,
});
const control = { ctrlKey: true };

test("a key is what it types", () => {
  assert.equal(keyOf(event("b", "KeyB")), "b");
  assert.equal(keyOf(event("B", "KeyB", { shiftKey: true })), "b");
  assert.equal(keyOf(event("?", "Slash", { shiftKey: true })), "?");
  assert.equal(keyOf(event("z", "KeyZ", control)), "ctrl+z");
  assert.equal(keyOf(event("Z", "KeyZ", { ...control, shiftKey: true })), "ctrl+shift+z");
  assert.equal(keyOf(event("z", "KeyZ", { metaKey: true })), "ctrl+z");
  assert.equal(keyOf(event("Enter", "Enter", control)), "ctrl+enter");
});

test("on a French keyboard the letter counts, not its place", () => {
  assert.equal(keyOf(event("a", "KeyQ")), "a");
  assert.equal(keyOf(event("z", "KeyW", control)), "ctrl+z");
});

test("where no Latin letter is typed, the place of the key counts", () => {
  assert.equal(keyOf(event("и", "KeyB")), "b");
  assert.equal(keyOf(event("я", "KeyZ", control)), "ctrl+z");
  assert.equal(keyOf(event("ב", "KeyC")), "c");
  assert.equal(keyOf(event("х", "BracketLeft")), "[");
  assert.equal(keyOf(event("ю", "Period", control)), "ctrl+.");
  assert.equal(keyOf(event("٠", "Digit0")), "0");
  assert.equal(keyOf(event("Dead", "BracketLeft")), "[");
});

test("AltGr types a character, Alt is no shortcut", () => {
  const altGr = { altKey: true, ctrlKey: true, getModifierState: (name) => name === "AltGraph" };
  assert.equal(keyOf(event("[", "Digit8", altGr)), "[");
  assert.equal(keyOf(event("b", "KeyB", { altKey: true })), null);
});

test("keys in words", () => {
  assert.equal(inWords("ctrl+shift+z"), "Ctrl+Shift+Z");
  assert.equal(inWords(" "), "Space");
  assert.equal(inWords("["), "[");
  assert.equal(fromAria("Control+Shift+Z"), "ctrl+shift+z");
});
