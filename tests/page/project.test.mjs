import assert from "node:assert/strict";
import { test } from "node:test";

import { strFromU8, strToU8, unzipSync, zipSync } from "../../unleash/studio/web/vendor/fflate.js";
import { checkedState, pack, ProjectError, unpack } from "../../unleash/studio/web/page/project.js";
import { blank, mask, maskAll, pin, place, regionOf } from "../../unleash/studio/web/page/state.js";
import { rows, toServer } from "../../unleash/studio/web/page/wire.js";

const PICTURE = `data:image/webp;base64,${btoa("picture")}`;
const MASK = `data:image/png;base64,${btoa("mask")}`;

const CODES = [0, 1, 2, 3, 4, 5];
const grid = { height: 2, width: 3, codebook: 8 };
const flags = (...cells) => CODES.map((cell) => cells.includes(cell));
const soft = { url: MASK, touched: flags(0, 1), lifted: flags(1), top: 0, left: 0, rows: 1, columns: 2 };
const photograph = { key: "b", box: [0, 0, 3, 2], size: [30, 20] };
const pixels = {
  originals: [{ key: "a", photo: photograph, top: 0, left: 0, rows: 2, columns: 3 }],
  layers: [{ cells: flags(), soft }],
};

const painted = () => {
  const state = mask(pin(place(blank(grid), { codes: CODES, url: PICTURE, pixels }), [5], 7), [0]);
  const seam = { axis: "vertical", at: 1, room: 2, cells: 1, masked: flags(2) };
  return { ...state, soft, lastRegion: { cells: flags(0, 3), soft }, seam, run: "old" };
};

const unfinished = () => {
  const recipe = { canvas: toServer(maskAll(painted())), settings: { seed: 1 } };
  const codes = rows(grid, [0, 1, 8, 8, 8, 8]);
  const run = { as: "1", takes: "1", region: regionOf(painted()), pixels, rules: [], regions: [] };
  const counts = { before: 0, picture: 0, pictures: 1 };
  return { recipe, rest: null, progress: { step: 2, codes }, shown: rows(grid, CODES), ...counts, ...run };
};

const made = (id, more = {}) => ({
  ...{ id, made: 100 + Number(id), model: "weights/scenes", parent: null, url: PICTURE, codes: CODES },
  ...{ region: regionOf(painted()), pixels, takes: id },
  ...{ recipe: { canvas: toServer(painted()), settings: { seed: 1 }, codes: rows(grid, CODES) } },
  ...more,
});

const film = () => ({
  ...{ id: "1", made: 101, run: "1", parent: { picture: "2", step: 1 }, height: 2, width: 3 },
  frames: [{ url: PICTURE, codes: CODES, region: null, pixels: null, index: 1, total: 2 }],
});

const project = () => ({
  model: "weights/scenes",
  state: painted(),
  tool: { size: 3, region: null, strength: 0.8, grid: false },
  pictures: [
    made("1", { title: "Dusk", parent: { picture: "2", step: null } }),
    made("2", { unfinished: unfinished() }),
  ],
  films: [film()],
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

const [ELSEWHERE, NESTED] = ["https://example.org/a.png", "[".repeat(2000) + "]".repeat(2000)];
for (const [part, name, wrongs] of [
  ["picture", "picture", [1, {}, { url: ELSEWHERE, codes: CODES }, { url: PICTURE, codes: [1] }]],
  [
    "soft",
    "soft mask",
    ["x", {}, { ...soft, url: ELSEWHERE }, { ...soft, touched: [1] }, { ...soft, top: 1e9 }],
  ],
  [
    "pixels",
    "opened pictures",
    [[], { originals: [null], layers: [] }, { ...pixels, layers: [{ cells: [] }] }],
  ],
  ["lastRegion", "last run", [true, { cells: "all" }, { cells: flags(), soft: {} }]],
  ["seam", "seam", [0.5, { axis: "both" }, { axis: "vertical", at: 1, room: 2, cells: 1, masked: null }]],
])
  test(`a project whose ${name} is invalid is refused in a line that says so`, async () => {
    for (const wrong of wrongs)
      await assert.rejects(
        unpack(await changed((data) => void (data.state[part] = wrong))),
        new ProjectError(`has an invalid canvas: its ${name} cannot be read.`),
      );
    assert.equal(checkedState({ ...painted(), [part]: null })[part], null);
  });

test("a project with values nested deeply is refused in words", async () => {
  const nested = JSON.parse(NESTED);
  for (const name of ["state", "pictures", "other"])
    await assert.rejects(unpack(await changed((data) => ({ ...data, [name]: nested }))), ProjectError);
});

test("pictures, films and options that the page cannot use are left out, and all others stay", async () => {
  const canvas = toServer(painted());
  const wrongs = [
    null,
    made(7),
    made("7", { url: ELSEWHERE }),
    made("7", { made: "today" }),
    made("7", { title: {} }),
    made("7", { parent: "6" }),
    made("7", { codes: [1] }),
    made("7", { recipe: { canvas: {}, settings: {} } }),
    made("7", { recipe: { canvas, settings: null } }),
    made("7", { recipe: { canvas: { ...canvas, pins: [1] }, settings: {} } }),
    made("7", { recipe: { canvas: { ...canvas, pins: [[9, 0, 1]] }, settings: {} } }),
    made("7", { recipe: { canvas: { ...canvas, rules: [{}] }, settings: {} } }),
    made("7", { region: { cells: [true] } }),
    made("7", { unfinished: { ...unfinished(), shown: [[1]] } }),
    made("7", { unfinished: { ...unfinished(), region: {} } }),
  ];
  const films = [null, { ...film(), frames: [{}] }, { ...film(), made: null }, { ...film(), height: 1e9 }];
  const tool = { size: 1e9, softSize: "2", maskColor: "url(x)", strength: 0, name: "mask", toString: true };
  const back = await unpack(
    await changed((data) => ({
      ...data,
      tool: { ...data.tool, ...tool, softness: 0.25 },
      pictures: [...wrongs, ...data.pictures],
      films: [...films, ...data.films],
      originals: { ...data.originals, c: ELSEWHERE, d: {} },
    })),
  );
  assert.deepEqual(back.pictures, project().pictures);
  assert.deepEqual(back.films, project().films);
  assert.deepEqual(Object.keys(back.originals), ["a", "b"]);
  assert.deepEqual(back.tool, { region: null, grid: false, softness: 0.25 });
});

test("a stopped run that cannot be resumed is left out, and the canvas stays", () => {
  assert.deepEqual(checkedState({ ...painted(), unfinished: unfinished() }).unfinished, unfinished());
  for (const wrong of [1, {}, { ...unfinished(), progress: null }, { ...unfinished(), pixels: {} }])
    assert.equal(checkedState({ ...painted(), unfinished: wrong }).unfinished, null);
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
