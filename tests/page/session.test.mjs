import assert from "node:assert/strict";
import { test } from "node:test";

import { Session } from "../../unleash/studio/web/page/session.js";

/** A session of the model "tiny", and the URL of the picture on its canvas. */
function begun() {
  const canvas = { url: null, told: 0 };
  const session = new Session(
    () => (canvas.told += 1),
    () => canvas.url,
  );
  session.model = "tiny";
  return { session, canvas };
}

const frame = (run, index, total = 2, picture = 0) => ({
  run,
  picture,
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
