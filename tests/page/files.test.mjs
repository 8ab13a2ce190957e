import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { files } from "../../unleash/studio/web/page/files.js";
import { store } from "../../unleash/studio/web/page/store.js";

const aMoment = () => new Promise((done) => setTimeout(done, 5));
const picture = (name) => new File([new Uint8Array(3)], name, { type: "image/png" });

let asked;
let said;
files.addEventListener("say", ({ detail }) => (said = detail.text));

beforeEach(() => {
  asked = [];
  store.start({ height: 2, width: 2, codebook: 5, cell: 16, model: "tiny" });
  store.stopRun();
  files.serve({
    upload: async ({ name }) => {
      if (name === "bad.png") throw new Error("no connection");
      return name;
    },
    ask: (event, data) => asked.push([event, data.path]),
  });
});

test("runs wait for every file that was opened, not only for the first to arrive", async () => {
  await Promise.all([files.open(picture("one.png")), files.open(picture("two.png"))]);
  assert.deepEqual(asked, [
    ["open", "one.png"],
    ["open", "two.png"],
  ]);
  store.ask("generate");
  files.arrived();
  await aMoment();
  assert.deepEqual([store.run, said], [null, "Opening two.png…"]);
  files.arrived();
  await aMoment();
  assert.deepEqual([store.run?.waiting, said], [true, ""]);
});

test("a file that cannot be uploaded is not waited for", async () => {
  await Promise.all([files.open(picture("one.png")), files.open(picture("bad.png"))]);
  assert.match(said, /bad\.png could not be uploaded/);
  assert.equal(store.queue.awaiting, true);
  files.arrived();
  assert.equal(store.queue.awaiting, false);
});

test("a damaged project is not waited for", async () => {
  await files.open(new File(["no zip"], "project.zip"));
  assert.match(said, /^project\.zip is not a readable zip file\.$/);
  assert.equal(store.queue.awaiting, false);
});

test("what was being opened when Stop was pressed does not end the wait for what was opened after", async () => {
  await files.open(picture("one.png"));
  store.stopRun();
  await files.open(picture("two.png"));
  files.arrived();
  assert.equal(store.queue.awaiting, true);
  files.arrived();
  assert.equal(store.queue.awaiting, false);
});
