import assert from "node:assert/strict";
import { test } from "node:test";

import { ruleNames } from "../../unleash/studio/web/canvas/overlay.js";
import { ruleInWords } from "../../unleash/studio/web/page/codes.js";
import {
  ask,
  atLeastOne,
  PREFER,
  ruleInHand,
  rulesAt,
  STRENGTHS,
  strengthInWords,
} from "../../unleash/studio/web/page/rules.js";
import { blank } from "../../unleash/studio/web/page/state.js";

const grid = blank({ height: 4, width: 4, codebook: 8 });
const prefer = { codes: [1, 2], allowed: true, strength: PREFER };

test("the allow brush begins at prefer", () => {
  assert.equal(strengthInWords(ruleInHand({ code: 3 })), "prefer");
});

test("the canvas calls a rule as the slider does", () => {
  for (const [strength, allows, forbids] of STRENGTHS) {
    assert.equal(ruleInWords({ codes: [5], allowed: true, strength }), `${allows} tile 5`);
    assert.equal(ruleInWords({ codes: [5], allowed: false, strength }), `${forbids} tile 5`);
  }
});

test("at least one: the middle cell must get one of the codes, the others prefer them", () => {
  const row = [4, 5, 6];
  const state = atLeastOne(ask(grid, row, prefer), row, prefer);
  assert.deepEqual(
    row.map((cell) => rulesAt(state, cell).map(({ strength }) => strength)),
    [[PREFER], [1], [PREFER]],
  );
  assert.deepEqual(ruleNames(state), [{ cell: 4, text: "prefer 2 tiles, at least one" }]);
});

test("what is forbidden or a must needs no one cell", () => {
  for (const rule of [
    { ...prefer, allowed: false },
    { ...prefer, strength: 1 },
  ]) {
    const state = ask(grid, [0, 1], rule);
    assert.equal(atLeastOne(state, [0, 1], rule), state);
  }
});
