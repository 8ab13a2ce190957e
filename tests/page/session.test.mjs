import assert from "node:assert/strict";
import { test } from "node:test";

import * as past from "../../unleash/studio/web/page/session.js";
import { blank, filled, pin } from "../../unleash/studio/web/page/state.js";

// --- pictures and films as lists -------------------------------------------------------------------

const picture = (id, parent = null, more = {}) => ({
  id,
  parent: parent && { picture: parent, step: null },
  url: `url ${id}`,
  made: Number(id),
  ...more,
});

test("a picture is told from others by its label, seed and step", () => {
  const named = (settings, parent) => past.nameOf({ recipe: { settings }, parent });
  assert.equal(named({ seed: 7 }, null), "Seed 7");
  assert.equal(
    named({ seed: 7, label: "church-day" }, { step: 3 }),
    "church-day, seed 7, continued from step 3",
  );
});

test("what the person called it comes first, and a stopped one says where it stands", () => {
  const recipe = { settings: { seed: 7 } };
  assert.equal(past.nameOf({ recipe, title: "Dusk" }), "Dusk");
  const unfinished = { before: 3, progress: { step: 2 } };
  assert.equal(past.nameOf({ recipe, unfinished }), "Seed 7, stopped at step 5");
});

test("pictures are found by the words of their name, label and seed, and by their star", () => {
  const named = (id, title, label, starred) =>
    picture(id, null, { title, starred, recipe: { settings: { label, seed: Number(id) } } });
  const pictures = [named("31", "Old Tower", "church-day", true), named("32", null, "church-night", false)];
  const ids = (...given) => past.found(pictures, ...given).map(({ id }) => id);
  assert.deepEqual(ids(""), ["31", "32"]);
  assert.deepEqual(ids("tower church"), ["31"]);
  assert.deepEqual(ids("NIGHT"), ["32"]);
  assert.deepEqual(ids("32"), ["32"]);
  assert.deepEqual(ids("", true), ["31"]);
  assert.deepEqual(ids("night", true), []);
});

test("the results of a region are those of one canvas that are alike elsewhere, oldest first", () => {
  const made = (id, codes, more) =>
    picture(id, null, { codes, takes: "a", region: { cells: [true, false] }, ...more });
  const pictures = [
    made("6", [9, 1], { unfinished: {} }),
    made("5", [8, 7]),
    made("4", [3, 1], { takes: "b" }),
    made("3", [2, 1]),
    made("2", [4, 1]),
    made("1", [0, 1], { takes: null, region: null }),
  ];
  assert.deepEqual(
    past.takesOf(pictures, "url 3").map(({ id }) => id),
    ["2", "3"],
  );
  for (const alone of ["url 1", "url 4", "url 5", "url 6", "none"])
    assert.deepEqual(past.takesOf(pictures, alone), []);
});

test("what is made next comes from the picture, or the step, that is on the canvas", () => {
  const pictures = [picture("2"), picture("1")];
  const film = (id, parent, ...urls) => ({
    id,
    parent,
    frames: urls.map((url, i) => ({ url, index: i + 1 })),
  });
  const films = [film("2", null, "early", "url 2"), film("stopped", { picture: "1", step: 4 }, "half")];
  const origin = (url) => past.originOf(pictures, films, url);
  assert.deepEqual(origin("url 1"), { picture: "1", step: null });
  assert.deepEqual(origin("early"), { picture: "2", step: 1 });
  assert.deepEqual(origin("half"), { picture: "1", step: 4 }, "a stopped run left no picture to hang on");
  assert.equal(origin("unknown"), null);
  assert.equal(past.filmOf(films, null), null);
  assert.equal(past.placeIn(films[0], "url 2"), 1);
});

test("the pictures of one run are compared with each other, else all", () => {
  const pictures = ["4", "3", "2", "1"].map((id) => picture(id, null, { run: id > "2" ? "a" : id }));
  assert.deepEqual(
    past.choicesFor(pictures, "url 4").map(({ id }) => id),
    ["3", "4"],
  );
  assert.deepEqual(past.choicesFor(pictures, "url 1"), pictures);
});

test("the oldest picture makes room, but not the one on the canvas, and its children go to its parent", () => {
  let pictures = [];
  for (let i = 1; i <= 60; i++)
    pictures = past.withPicture(pictures, picture(`${i}`, i > 1 ? `${i - 1}` : null), "url 1");
  assert.equal(pictures.length, 60);
  pictures = past.withPicture(pictures, picture("61", "60"), "url 1");
  assert.equal(pictures.length, 60);
  const ids = pictures.map(({ id }) => id);
  assert.ok(ids.includes("1"));
  assert.ok(!ids.includes("2"));
  assert.equal(pictures.find(({ id }) => id === "3").parent.picture, "1");
});

test("what has a star or a title makes no room", () => {
  let pictures = [picture("0", null, { starred: true }), picture("1", null, { title: "Dusk" })];
  for (let i = 2; i <= 62; i++) pictures = past.withPicture(pictures, picture(`${i}`), null);
  assert.equal(pictures.length, 60);
  assert.deepEqual(
    pictures.slice(-3).map(({ id }) => id),
    ["5", "1", "0"],
  );
});

test("a picture made anew takes the place of the one of its name", () => {
  const pictures = past.withPicture([picture("1", null, { url: "old" })], picture("1"), null);
  assert.deepEqual(
    pictures.map(({ url }) => url),
    ["url 1"],
  );
});

test("films of the twelve latest runs are kept", () => {
  let films = [];
  for (let i = 1; i <= 13; i++) films = past.withFrame(films, { id: `${i}`, run: `${i}` }, { url: `${i}` });
  assert.equal(films.length, 12);
  assert.equal(films.at(-1).id, "2");
  films = past.withFrame(films, { id: "13", run: "13" }, { url: "next" });
  assert.equal(films[0].frames.length, 2);
});

test("pictures of earlier visits come after those of this one, each once", () => {
  const merged = past.merged([picture("3"), picture("2")], [picture("2"), picture("1")]);
  assert.deepEqual(
    merged.map(({ id }) => id),
    ["3", "2", "1"],
  );
});

test("the canvas at a step keeps what was known there and masks the rest, with the person's pins", () => {
  const state = pin(filled(blank({ height: 1, width: 3, codebook: 5 }), [4, 4, 4]), [2], 1);
  const at = past.canvasAt(state, state, { codes: [3, 5, 2], url: "step" });
  assert.deepEqual(at.base, [3, 5, 2]);
  assert.deepEqual(at.masked, [false, true, false]);
  assert.deepEqual(at.pins, { 2: 1 });
  assert.equal(at.recipe, null);
  const larger = past.canvasAt(state, { height: 2, width: 1 }, { codes: [3, 5], url: "step" });
  assert.deepEqual([larger.height, larger.width, larger.pins], [2, 1, {}]);
});

test("pictures that came of each other in a circle have their places too", () => {
  const pictures = [picture("4", "4"), picture("3", "1"), picture("2", "3"), picture("1", "2")];
  const places = past.placed(pictures);
  const at = pictures.map((each) => [places.get(each).row, places.get(each).column]);
  assert.deepEqual(at, [
    [0, 0],
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
});

test("a tree has children to the right, later ones below, the newest root first", () => {
  const pictures = [picture("5"), picture("4", "1"), picture("3", "2"), picture("2", "1"), picture("1")];
  const places = past.placed(pictures);
  const place = (id) => places.get(pictures.find((one) => one.id === id));
  assert.deepEqual(place("5"), { row: 0, column: 0, up: 0 });
  assert.deepEqual(place("1"), { row: 1, column: 0, up: 0 });
  assert.deepEqual(place("2"), { row: 1, column: 1, up: 0 });
  assert.deepEqual(place("3"), { row: 1, column: 2, up: 0 });
  assert.deepEqual(place("4"), { row: 2, column: 1, up: 1 });
});

// --- a session -------------------------------------------------------------------------------------

/** A session of the model "tiny", and the URL of the picture on its canvas. */
function begun() {
  const canvas = { url: null, told: 0 };
  const session = new past.Session(
    () => (canvas.told += 1),
    () => canvas.url,
  );
  session.model = "tiny";
  return { session, canvas };
}

const frame = (run, index, total = 2) => ({
  run,
  picture: 0,
  index,
  total,
  codes: [[1, 2]],
  recipe: index === total ? {} : null,
});

const result = (url) => ({ url, codes: [1, 2] });

const run = (as) => ({ as, parent: null });

test("each step is a frame of the film, the last a picture too", () => {
  const { session, canvas } = begun();
  session.step(frame("a", 1), result("one"), run("a"));
  assert.equal(session.results.length, 0);
  session.step(frame("a", 2), result("two"), run("a"));
  assert.deepEqual(
    session.results.map(({ id, url }) => [id, url]),
    [["a.0", "two"]],
  );
  canvas.url = "one";
  assert.deepEqual(
    session.film.frames.map(({ index, total }) => [index, total]),
    [
      [1, 2],
      [2, 2],
    ],
  );
  assert.deepEqual(session.origin, { picture: "a.0", step: 1 });
  assert.ok(canvas.told);
});

test("a burst of strokes leaves its last picture", () => {
  const { session } = begun();
  session.step(frame("a", 2), result("whole"), run("a"));
  session.stroke(result("first"), { id: "b", parent: { picture: "a.0", step: null } });
  session.stroke(result("second"), { id: "c", parent: { picture: "b", step: null } });
  assert.deepEqual(
    session.results.map(({ id, url, parent }) => [id, url, parent?.picture]),
    [
      ["b", "second", "a.0"],
      ["a.0", "whole", undefined],
    ],
  );
});

test("a stopped picture is kept until its run has gone on", () => {
  const { session } = begun();
  const recipe = { settings: { seed: 1 } };
  const stopped = { ...result("half"), recipe: null, unfinished: { recipe } };
  session.step(frame("a", 1), stopped, run("a"));
  session.stopped(frame("a", 1), stopped, run("a"));
  assert.deepEqual(
    session.results.map(({ id, url, recipe: its }) => [id, url, its]),
    [["a.0", "half", recipe]],
  );
  session.describe(session.results[0], { title: "Dusk", starred: true });
  session.step(frame("b", 2), result("whole"), run("a"));
  assert.deepEqual(
    session.results.map(({ id, url, title, starred }) => [id, url, title, starred]),
    [["a.0", "whole", "Dusk", true]],
  );
  assert.deepEqual(
    session.films[0].frames.map(({ url, unfinished }) => [url, unfinished]),
    [
      ["half", null],
      ["whole", null],
    ],
  );
});

test("a picture that is taken out can be put back, with what was made of it", () => {
  const { session } = begun();
  session.step(frame("a", 2), result("one"), run("a"));
  session.step(frame("b", 2), result("two"), { as: "b", parent: { picture: "a.0", step: null } });
  const before = session.results;
  const putBack = session.remove(before[1]);
  assert.deepEqual(
    session.results.map(({ id, parent }) => [id, parent]),
    [["b.0", null]],
  );
  putBack();
  assert.deepEqual(session.results, before);
});

test("only the pictures of the present model are offered", () => {
  const { session } = begun();
  session.step(frame("a", 2), result("whole"), run("a"));
  session.model = "other";
  assert.deepEqual(session.results, []);
  session.model = "tiny";
  assert.equal(session.results.length, 1);
});

test("a picture that was opened comes from none", () => {
  const { session } = begun();
  session.opened(result("opened"));
  assert.equal(session.results[0].parent, null);
});

test("without a database the session goes on", async () => {
  const { session } = begun();
  session.step(frame("a", 2), result("whole"), run("a"));
  await session.recall();
  assert.equal(session.results.length, 1);
});
