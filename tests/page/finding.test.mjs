import assert from "node:assert/strict";
import { test } from "node:test";

import { matching, spread, vocabulary } from "../../unleash/studio/web/palette/finding.js";
import { around } from "../../unleash/studio/web/page/patch.js";

const sheet = {
  order: [2, 0, 1, 3],
  names: [["sky", 0.9], ["window", 0.5], ["window", 0.8], null],
  words: [["blue"], ["grey", "upright"], ["dark"], ["dark"]],
};
const wordsOf = (code) => [...(sheet.names[code] ? [sheet.names[code][0]] : []), ...sheet.words[code]];

test("a query finds tiles by the beginnings of all its words, or by number", () => {
  assert.deepEqual(matching(sheet.order, "", wordsOf), sheet.order);
  assert.deepEqual(matching(sheet.order, "win", wordsOf), [2, 1]);
  assert.deepEqual(matching(sheet.order, "window dark", wordsOf), [2]);
  assert.deepEqual(matching(sheet.order, "3", wordsOf), [3]);
  assert.deepEqual(matching(sheet.order, "xyzzy", wordsOf), []);
});

test("the most frequent word comes first; tiles without names go by their looks", () => {
  assert.deepEqual(vocabulary(sheet), [
    { word: "window", codes: [2, 1] },
    { word: "sky", codes: [0] },
  ]);
  assert.deepEqual(vocabulary({ ...sheet, names: [] })[0], { word: "dark", codes: [2, 3] });
});

test("a few of many are taken from all over", () => {
  assert.deepEqual(spread([1, 2], 8), [1, 2]);
  assert.deepEqual(
    spread(
      Array.from({ length: 100 }, (_, i) => i),
      4,
    ),
    [12, 37, 62, 87],
  );
});

test("the neighbours of a cell at the edge end there", () => {
  const cells = around({ height: 3, width: 3 }, 0).map(({ cell }) => cell);
  assert.deepEqual(cells, [null, null, null, null, 0, 1, null, 3, 4]);
});
