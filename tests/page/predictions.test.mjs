import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.localStorage = { getItem: () => null, setItem() {} };

const { predictions } = await import("../../unleash/studio/web/page/predictions.js");
const { store } = await import("../../unleash/studio/web/page/store.js");

test("what is waited for is asked for, also if a tab that shows nothing opens meanwhile", async () => {
  store.start({ height: 2, width: 2, codebook: 5, cell: 16, model: "tiny" });
  const asked = new Promise((done) => predictions.connect(done));
  const known = predictions.know();
  predictions.showHeat(null);
  assert.equal((await asked).cell, null, "all cells");
  predictions.receive({ kind: "failed" });
  assert.equal(await known, null);
});
