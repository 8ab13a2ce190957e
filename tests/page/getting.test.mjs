import assert from "node:assert/strict";
import { test } from "node:test";

import { inBytes } from "../../unleash/studio/web/getting/sizes.js";

test("bytes in words", () => {
  assert.deepEqual([1, 561e6, 1e9, 7.04e9].map(inBytes), ["1 MB", "561 MB", "1.0 GB", "7.0 GB"]);
});
