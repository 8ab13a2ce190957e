import assert from "node:assert/strict";
import { test } from "node:test";

import { strFromU8, strToU8, unzipSync, zipSync } from "../../unleash/studio/web/vendor/fflate.js";
import { checkedState, pack, ProjectError, unpack } from "../../unleash/studio/web/page/project.js";
import { blank, pin, place } from "../../unleash/studio/web/page/state.js";

const PICTURE = `data:image/webp;base64,${btoa("picture")}`;
const MASK = `data:image/png;base64,${btoa("mask")}`;

const painted = () => {
  const grid = blank({ height: 2, width: 3, codebook: 8 });
  const pixels = {
    originals: [{ key: "a", photo: { key: "b", box: [0, 0, 3, 2] }, top: 0, left: 0, rows: 2, columns: 3 }],
    layers: [{ cells: Array(6).fill(false), soft: { url: MASK } }],
  };
  return { ...pin(place(grid, { codes: [0, 1, 2, 3, 4, 5], url: PICTURE, pixels }), [5], 7), run: "old" };
};

const project = () => ({
  model: "weights/scenes",
  state: painted(),
  tool: { name: "mask" },
  pictures: [
    { id: "1", url: PICTURE, codes: [0, 1, 2, 3, 4, 5], recipe: { canvas: {}, settings: { seed: 1 } } },
  ],
  films: [{ id: "1", frames: [{ url: PICTURE, index: 1, total: 2 }] }],
  settings: { seed: 3, steps: 5 },
  count: 2,
  locked: true,
});

const photo = new File([new Uint8Array([1, 2, 3])], "photo.jpg", { type: "image/jpeg" });
const original = async (key) => ({ a: MASK, b: photo })[key] ?? null;
const asFile = (bytes) => new File([bytes], "project.zip");
const changed = async (change) => {
  const zip = unzipSync(await pack(project(), original));
  const data = JSON.parse(strFromU8(zip["project.json"]));
  return asFile(zipSync({ ...zip, "project.json": strToU8(JSON.stringify(change(data) ?? data)) }));
};

test("a project comes back as it was", async () => {
  const given = project();
  const back = await unpack(asFile(await pack(given, original)));
  for (const name of ["model", "tool", "pictures", "films", "settings", "count", "locked"])
    assert.deepEqual(back[name], given[name], name);
  assert.deepEqual(back.state, { ...given.state, run: null });
  assert.equal(back.originals.a, MASK);
  assert.equal(back.originals.b.name, "photo.jpg");
  assert.deepEqual(new Uint8Array(await back.originals.b.arrayBuffer()), new Uint8Array([1, 2, 3]));
  assert.deepEqual(back.canvas.pins, [[1, 2, 7]]);
});

test("a picture that is shown in many places lies in the file once", async () => {
  const names = Object.keys(unzipSync(await pack(project(), original)));
  assert.deepEqual(names.sort(), ["pictures/1.png", "pictures/2.jpg", "pictures/3.webp", "project.json"]);
});

test("an opened picture that the browser no longer has is left out", async () => {
  const back = await unpack(asFile(await pack(project(), async () => null)));
  assert.deepEqual(back.originals, {});
});

for (const [name, change] of [
  ["another format", (data) => ({ ...data, format: "else" })],
  ["another version", (data) => ({ ...data, version: 99 })],
  ["no canvas", (data) => ({ ...data, state: null })],
  ["too many cells", (data) => void (data.state.height = 65)],
  ["a cell too few", (data) => void data.state.base.pop()],
  ["a code that is none", (data) => void (data.state.base[0] = 9)],
  ["a mask of words", (data) => void (data.state.masked[0] = "yes")],
  ["a pin off the grid", (data) => void (data.state.pins = { 6: 1 })],
  ["a picture that is not there", (data) => void (data.state.picture.url = { file: "pictures/9.webp" })],
  ["a picture that is a page", (data) => void (data.state.picture.url = { file: "project.json" })],
])
  test(`a project with ${name} is refused in words`, async () => {
    await assert.rejects(unpack(await changed(change)), ProjectError);
  });

test("what is no zip, or a zip of something else, is refused in words", async () => {
  await assert.rejects(unpack(asFile("no zip at all")), ProjectError);
  await assert.rejects(unpack(asFile(zipSync({ "a.txt": strToU8("a") }))), ProjectError);
});

test("marks of cells to fill later are taken where they fit the canvas", () => {
  const aside = Array(6).fill(true);
  assert.deepEqual(checkedState({ ...painted(), aside }).aside, aside);
  for (const wrong of ["all", aside.slice(1), aside.map(() => 1)])
    assert.equal(checkedState({ ...painted(), aside: wrong }).aside, null);
});

test("what a canvas of an older page lacks is as on a blank one", () => {
  const older = painted();
  delete older.rules;
  assert.deepEqual(checkedState(older).rules, []);
});
