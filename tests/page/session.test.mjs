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
  assert.equal(past.choicesFor(pictures, "url 1"), pictures);
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

test("each step is a frame of the film, the last a picture too", () => {
  const { session, canvas } = begun();
  session.step(frame("a", 1), result("one"), null);
  assert.equal(session.results.length, 0);
  session.step(frame("a", 2), result("two"), null);
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
  session.step(frame("a", 2), result("whole"), null);
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

test("only the pictures of the present model are offered", () => {
  const { session } = begun();
  session.step(frame("a", 2), result("whole"), null);
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
  session.step(frame("a", 2), result("whole"), null);
  await session.recall();
  assert.equal(session.results.length, 1);
});
