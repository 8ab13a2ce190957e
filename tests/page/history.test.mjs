import assert from "node:assert/strict";
import { test } from "node:test";

import * as history from "../../unleash/studio/web/page/history.js";

const after = (...entries) => entries.slice(1).reduce(history.push, history.begin(entries[0]));

test("undo and redo go back and forth", () => {
  const three = after(1, 2, 3);
  const one = history.undo(history.undo(three));
  assert.equal(one.present, 1);
  assert.equal(history.canUndo(one), false);
  assert.equal(history.redo(one).present, 2);
  assert.deepEqual(history.redo(history.redo(one)), three);
  assert.equal(history.canRedo(three), false);
});

test("an edit after undo takes the place of what was undone", () => {
  const edited = history.push(history.undo(after(1, 2)), 4);
  assert.equal(history.canRedo(edited), false);
  assert.equal(history.undo(edited).present, 1);
});

test("replacing the present leaves nothing more to undo", () => {
  const replaced = history.replace(after(1, 2), 3);
  assert.equal(replaced.present, 3);
  assert.equal(history.undo(replaced).present, 1);
});

test("the oldest entries are forgotten", () => {
  let timeline = after(...Array(1000).keys());
  let steps = 0;
  while (history.canUndo(timeline)) {
    timeline = history.undo(timeline);
    steps += 1;
  }
  assert.equal(steps, 200);
  assert.equal(timeline.present, 799);
});

test("amending changes the present and the entries that are affected, wherever they lie", () => {
  const timeline = history.undo(after(1, 2, 3, 4));
  const amended = history.amend(
    timeline,
    (entry) => entry % 2 === 0,
    (entry) => 10 * entry,
  );
  assert.deepEqual(amended, { past: [1, 20], present: 30, future: [40] });
});

test("a kept history comes before what was done since, and after a reload as it was", () => {
  const kept = { past: [{ n: 1 }], present: { n: 2 }, future: [{ n: 3 }] };
  assert.deepEqual(history.joined(kept, history.begin({ n: 2 })), kept);
  const since = history.push(history.begin({ n: 2 }), { n: 5 });
  assert.deepEqual(history.joined(kept, since), {
    past: [{ n: 1 }, { n: 2 }],
    present: { n: 5 },
    future: [],
  });
  const other = history.begin({ n: 9 });
  assert.deepEqual(history.joined(kept, other), {
    past: [{ n: 1 }, { n: 2 }],
    present: { n: 9 },
    future: [],
  });
});
