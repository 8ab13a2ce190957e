/** What each operation on a canvas means: the cases that Python and the page share (tests/cases/README.md). */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { cellAt } from "../../unleash/studio/web/page/geometry.js";
import { extended, stitched } from "../../unleash/studio/web/page/growing.js";
import { restrict, unrestrict } from "../../unleash/studio/web/page/rules.js";
import { blank, filled, invert, keep, mask, pin, unpin } from "../../unleash/studio/web/page/state.js";
import { fromServer, toServer } from "../../unleash/studio/web/page/wire.js";

const FOLDER = new URL("../cases/", import.meta.url);

const grid = (rows, size = 5) =>
  rows.map((row) => [...row].map((letter) => (letter === "?" ? size : Number(letter))));

const flags = (rows) => rows.map((row) => [...row].map((letter) => letter === "#"));

/** A case's canvas as recipes write one. */
function written({ base, mask: masked, pins = {}, rules = [], codebook_size: size = 5 }) {
  const codes = grid(base, size);
  return {
    codebook_size: size,
    base: codes,
    masked: masked ? flags(masked) : codes.map((row) => row.map((code) => code === size)),
    pins: Object.entries(pins).map(([cell, code]) => [...cell.split(",").map(Number), code]),
    rules,
  };
}

function stateOf(canvas) {
  const given = fromServer(written(canvas));
  return { ...blank(given), ...given };
}

const cellsOf = (state, cells) =>
  typeof cells[0] === "string"
    ? flags(cells).flat()
    : cells.map(([row, column]) => cellAt(state, row, column));

const codesOf = (codes) => (Array.isArray(codes) ? grid(codes).flat() : codes);

const OPERATIONS = {
  mask: (state, { cells }) => mask(state, cellsOf(state, cells)),
  keep: (state, { cells }) => keep(state, cellsOf(state, cells)),
  invert,
  clear: blank,
  pin: (state, { cells, code }) => pin(state, cellsOf(state, cells), code),
  unpin: (state, { cells }) => unpin(state, cellsOf(state, cells)),
  allow: (state, { cells, ...rule }) => restrict(state, cellsOf(state, cells), { ...rule, allowed: true }),
  forbid: (state, { cells, ...rule }) => restrict(state, cellsOf(state, cells), { ...rule, allowed: false }),
  unrestrict: (state, { cells }) => unrestrict(state, cellsOf(state, cells)),
  filled: (state, { codes, partial }) => filled(state, codesOf(codes), { partial }),
  extended: (state, sides) => extended(state, sides),
  stitched: (state, { with: other, axis, seam }) => stitched(state, stateOf(other), axis, seam),
};

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".json"))) {
  const { canvas: usual, cases } = JSON.parse(readFileSync(new URL(file, FOLDER), "utf-8"));
  describe(file, () => {
    for (const { name, canvas = usual, do: steps, after, error } of cases)
      test(name, () => {
        const run = () =>
          steps.reduce((state, step) => {
            const [[operation, args]] = Object.entries(step);
            return OPERATIONS[operation](state, args);
          }, stateOf(canvas));
        if (error) {
          assert.throws(run, (thrown) => thrown.message.toLowerCase().startsWith(error.toLowerCase()));
          return;
        }
        assert.deepEqual(toServer(run()), written({ ...canvas, ...after }));
      });
  });
}

test("an operation that changes nothing gives the same state, so that there is nothing to undo", () => {
  const state = stateOf({ base: ["01", "2?"], pins: { "0,0": 3 } });
  const rule = { codes: [1], allowed: true, strength: 1 };
  const ruled = restrict(state, [1], rule);
  for (const same of [
    mask(state, [3]),
    keep(state, [0, 1, 2, 3]),
    pin(state, [0], 3),
    unpin(state, [1]),
    unrestrict(state, [0]),
    filled(state, [3, 1, 2, 4]) && state,
  ])
    assert.equal(same, state);
  assert.equal(restrict(ruled, [1], rule), ruled);
});
