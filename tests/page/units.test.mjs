import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesInWords, timeInWords } from "../../unleash/studio/web/page/units.js";

test("bytes in words", () => {
  const sizes = [0, 1234, 12.34e6, 561e6, 1e9, 7.04e9];
  assert.deepEqual(sizes.map(bytesInWords), ["0 kB", "1.2 kB", "12.3 MB", "561 MB", "1 GB", "7 GB"]);
});

test("a duration in words", () => {
  assert.deepEqual([0.2, 40.2, 89, 100, 3600].map(timeInWords), ["1 s", "40 s", "89 s", "2 min", "60 min"]);
});
