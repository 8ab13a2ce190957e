import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { extended, stitched, withSeam } from "../../unleash/studio/web/page/growing.js";
import { redraw } from "../../unleash/studio/web/page/redraw.js";
import { paintRegion } from "../../unleash/studio/web/page/regions.js";
import { restrict } from "../../unleash/studio/web/page/rules.js";
import {
  again,
  blank,
  clearMask,
  keep,
  mask,
  maskAll,
  openCells,
  pin,
  waiting,
} from "../../unleash/studio/web/page/state.js";
import { Store } from "../../unleash/studio/web/page/store.js";
import { rows, toServer } from "../../unleash/studio/web/page/wire.js";

const GRID = { height: 2, width: 2, codebook: 5, cell: 16, model: "tiny" };
const K = GRID.codebook;

let kept;
globalThis.localStorage = { getItem: () => kept ?? null, setItem: (_, value) => (kept = value) };

/** A store on a blank canvas, and what it said and asked for. */
function started(grid = GRID) {
  const store = new Store();
  const heard = [];
  for (const type of ["say", "stop", "ask", "reopen", "preview", "nothing", "announce"])
    store.addEventListener(type, ({ detail }) => heard.push([type, detail]));
  store.start(grid);
  return { store, heard };
}

/** What the server sends of the run under way; `codes` as it shows them, the last of a picture with its recipe. */
function frame(store, codes, { last = true, done = last, picture = 0, pictures = 1, varies, start } = {}) {
  const canvas = start ?? toServer(store.state);
  return {
    kind: "frame",
    run: store.run.id,
    picture,
    pictures,
    index: done ? 2 : 1,
    total: 2,
    last,
    codes: rows(GRID, codes),
    revealed: [],
    image: `image ${codes}`,
    recipe: done ? { canvas, settings: { seed: 1, label: null }, codes: rows(GRID, codes) } : null,
    ...(varies && { varies }),
  };
}

function generate(store, codes) {
  const start = toServer(store.state);
  store.ask("generate");
  store.receiveFrame(frame(store, codes, { start }));
}

test("a run that waits knows who takes turns with it, until its first step", () => {
  const { store } = started();
  store.ask("generate");
  store.receiveTurns({ run: "another", people: 9, seconds: 90 });
  assert.equal(store.run.turns, undefined);
  store.receiveTurns({ run: store.run.id, people: 3, seconds: 40 });
  assert.deepEqual([store.run.turns, store.run.waiting], [{ people: 3, seconds: 40 }, true]);
  store.receiveFrame(frame(store, [4, K, K, K], { last: false }));
  assert.equal(store.run.waiting, false);
});

/** A store with a finished picture. */
function painted(codes = [0, 1, 2, 3]) {
  const all = started();
  generate(all.store, codes);
  return all;
}

beforeEach(() => (kept = undefined));

describe("a run", () => {
  test("that is finished is kept, and what it filled is remembered", () => {
    const { store } = painted();
    assert.deepEqual(store.state.base, [0, 1, 2, 3]);
    assert.equal(openCells(store.state), 0);
    assert.deepEqual(store.state.lastRegion.cells, [true, true, true, true]);
    assert.equal(store.run, null);
    assert.equal(store.results.length, 1);
  });

  test("keeps what it has filled so far, and masks the rest over what was beneath", () => {
    const { store } = painted();
    store.edit(maskAll);
    store.ask("generate");
    store.receiveFrame(frame(store, [4, K, K, 0], { last: false }));
    assert.deepEqual(store.state.base, [4, 1, 2, 0]);
    assert.deepEqual(store.state.masked, [false, true, true, false]);
    store.stopRun();
    assert.deepEqual(store.state.masked, [false, true, true, false]);
    store.edit(clearMask);
    assert.deepEqual(store.state.base, [4, 1, 2, 0]);
  });

  test("masks a cell again that it takes back", () => {
    const { store } = started();
    store.ask("generate");
    store.receiveFrame(frame(store, [4, K, K, K], { last: false }));
    store.receiveFrame(frame(store, [K, 1, K, K], { last: false }));
    assert.deepEqual(store.state.masked, [true, false, true, true]);
  });

  test("leaves what is beneath a pin", () => {
    const { store } = painted();
    store.edit((state) => pin(mask(state, [0, 1]), [0], 4));
    generate(store, [4, 0, 2, 3]);
    assert.deepEqual(store.state.base, [0, 0, 2, 3]);
    assert.deepEqual(store.state.pins, { 0: 4 });
    assert.deepEqual(store.state.masked, [false, false, false, false]);
    assert.deepEqual(store.state.lastRegion.cells, [false, true, false, false]);
  });

  test("undoes as one, back to the mask it began with", () => {
    const { store } = painted();
    store.edit((state) => mask(state, [0]));
    generate(store, [4, 1, 2, 3]);
    store.undo();
    assert.deepEqual(store.state.base, [0, 1, 2, 3]);
    assert.deepEqual(store.state.masked, [true, false, false, false]);
    store.redo();
    assert.deepEqual(store.state.base, [4, 1, 2, 3]);
    assert.equal(openCells(store.state), 0);
  });

  test("leaves masked what the person masks after it was filled, through every picture", () => {
    const { store } = started();
    const start = toServer(store.state);
    store.ask("generate");
    store.receiveFrame(frame(store, [4, K, K, K], { last: false, pictures: 2, start }));
    store.edit((state) => mask(state, [0, 1]));
    for (const [codes, options] of [
      [[4, 1, 2, 3], { last: false, done: true }],
      [[K, K, 0, K], { last: false, picture: 1 }],
      [[0, 0, 0, 0], { picture: 1 }],
    ])
      store.receiveFrame(frame(store, codes, { pictures: 2, start, ...options }));
    assert.deepEqual(store.state.masked, [true, false, false, false]);
    assert.deepEqual(store.state.base, [0, 0, 0, 0]);
    store.undo();
    assert.deepEqual(store.state.masked, [false, false, false, false], "without the stroke");
    assert.deepEqual(store.state.base, [0, 0, 0, 0], "with the run");
  });

  test("leaves pins that are set meanwhile", () => {
    const { store } = started();
    store.ask("generate");
    store.receiveFrame(frame(store, [4, K, K, K], { last: false }));
    store.edit((state) => pin(state, [1], 2));
    store.receiveFrame(frame(store, [4, 1, 2, 3], { start: toServer(store.state) }));
    assert.deepEqual(store.state.pins, { 1: 2 });
    assert.deepEqual(store.state.base, [4, 1, 2, 3]);
  });

  test("fills what was masked when it was asked for, not what is masked while it waits", () => {
    const { store } = painted();
    store.edit((state) => mask(state, [0]));
    store.ask("generate");
    store.edit((state) => mask(state, [3]));
    store.receiveFrame(frame(store, [4, 1, 2, 3]));
    assert.deepEqual(store.state.masked, [false, false, false, true]);
  });

  test("that was let go of is heard of no more", () => {
    const { store, heard } = started();
    store.ask("generate");
    const late = frame(store, [0, 1, 2, 3]);
    const { id } = store.run;
    store.stopRun();
    store.receiveFrame(late);
    assert.deepEqual(heard.at(-2), ["stop", { id, instead: false }]);
    assert.equal(store.state.picture, null);
  });

  test("is let go of by undoing what came before it", () => {
    const { store } = painted();
    store.edit(maskAll);
    store.ask("generate");
    store.receiveFrame(frame(store, [4, K, K, K], { last: false }));
    store.undo();
    assert.equal(store.run, null);
    assert.deepEqual(store.state.base, [0, 1, 2, 3]);
  });

  test("does not show on another canvas that was put in place meanwhile", () => {
    for (const replace of [
      (store, result) => store.choose(result),
      (store) =>
        store.receiveCanvas({
          canvas: {
            codebook_size: K,
            base: [
              [1, 1],
              [1, 1],
            ],
            masked: rows(GRID, Array(4).fill(false)),
            pins: [],
          },
          codes: [
            [1, 1],
            [1, 1],
          ],
          image: "opened",
        }),
    ]) {
      const { store } = painted([1, 1, 1, 1]);
      const [result] = store.results;
      store.edit(maskAll);
      store.ask("generate");
      store.receiveFrame(frame(store, [4, K, K, K], { last: false }));
      replace(store, result);
      const { base } = store.state;
      store.receiveFrame(frame(store, [4, 4, 4, 4]));
      assert.deepEqual(store.state.base, base);
      assert.equal(store.results.length, 2, "but it is among the pictures");
    }
  });

  test("is done again on the last region", () => {
    const { store } = painted();
    store.edit((state) => mask(state, [1, 2]));
    generate(store, [0, 4, 4, 3]);
    store.edit(again);
    assert.deepEqual(store.state.masked, [false, true, true, false]);
  });
});

/** A frame of a run that is not finished, with what the server needs to go on with it. */
function halfway(store, codes, { start = toServer(store.asked.canvas), ...more } = {}) {
  return {
    ...frame(store, codes, { last: false, ...more }),
    unfinished: {
      recipe: { canvas: start, settings: { seed: 1, label: null } },
      rest: null,
      progress: { step: 1, codes: rows(GRID, codes), filled_at: [], confidence: null },
      shown: rows(GRID, codes),
      before: 0,
      picture: 0,
      pictures: 1,
    },
  };
}

describe("a stopped picture", () => {
  function stopped(codes = [4, K, K, 0]) {
    const all = painted();
    all.store.edit(maskAll);
    all.store.ask("generate");
    all.store.receiveFrame(halfway(all.store, codes));
    all.store.stopRun();
    return all;
  }

  test("is kept, said to be stopped, and gone on with by Resume", () => {
    const { store, heard } = stopped();
    assert.equal(store.results.length, 2);
    assert.match(heard.at(-1)[1], /Stopped at step 1 of 2/);
    const { run, takes } = store.results[0];
    store.ask("resume");
    assert.equal(store.asked.kind, "resume");
    assert.deepEqual(store.asked.stopped.progress.codes, rows(GRID, [4, K, K, 0]));
    store.receiveFrame(frame(store, [4, 3, 2, 0], { start: store.asked.stopped.recipe.canvas }));
    assert.deepEqual(store.state.base, [4, 3, 2, 0]);
    assert.equal(openCells(store.state), 0);
    assert.deepEqual(store.state.lastRegion.cells, [true, true, true, true], "all that the run filled");
    assert.equal(store.unfinished, null);
    assert.equal(store.results.length, 2, "in the place of the stopped one");
    assert.deepEqual([store.results[0].run, store.results[0].takes], [run, takes]);
  });

  test("cannot be gone on with once the canvas is another, until that is undone", () => {
    for (const change of [
      (state) => mask(state, [0]),
      (state) => keep(state, [1]),
      (state) => pin(state, [1], 2),
      (state) => restrict(state, [1], { codes: [2], allowed: true, strength: 1 }),
      (state) => paintRegion(state, [1], "night"),
    ]) {
      const { store } = stopped();
      assert.ok(store.unfinished);
      assert.ok(store.edit(change));
      assert.equal(store.unfinished, null);
      store.undo();
      assert.ok(store.unfinished);
    }
  });

  test("comes back from the strip as it stood", () => {
    const { store } = stopped();
    const [half, whole] = store.results;
    store.choose(whole);
    assert.equal(store.unfinished, null);
    store.edit((state) => pin(state, [3], 1));
    store.choose(half);
    assert.ok(store.unfinished);
    assert.deepEqual(store.state.base, [4, 1, 2, 0]);
    assert.deepEqual(store.state.masked, [false, true, true, false]);
    assert.deepEqual(store.state.pins, {});
    store.undo();
    assert.deepEqual(store.state.pins, { 3: 1 });
  });

  test("survives a reload", () => {
    const { store } = stopped();
    kept = JSON.stringify({ state: store.state, tool: store.tool, model: GRID.model });
    assert.ok(started().store.unfinished);
  });

  test("of a relighting is gone on with from the strip, whatever else its runs will mask", () => {
    const { store } = painted();
    const rest = { canvas: toServer(store.state), settings: { seed: 1, label: "night" } };
    const rule = { cells: [[0, 0]], codes: [1], allowed: false, strength: 1 };
    const start = { ...toServer(mask(store.state, [0])), rules: [rule] };
    const relighting = { strength: 0.5, from_label: "day" };
    store.ask("relight");
    const half = halfway(store, [K, 1, 2, 3], { varies: true, start });
    store.receiveFrame({ ...half, unfinished: { ...half.unfinished, rest, relighting, run: 1 } });
    store.stopRun();
    assert.ok(store.unfinished);
    store.choose(store.results[0]);
    assert.deepEqual([store.state.masked, store.state.rules], [[true, false, false, false], []]);
    store.ask("resume");
    assert.deepEqual(store.asked.stopped.relighting, relighting);
    store.receiveFrame(halfway(store, [0, K, 2, 3], { start }));
    assert.deepEqual(store.state.masked, [false, true, false, false]);
    store.receiveFrame({ ...frame(store, [0, 4, 2, 3], { start }), changed: 0.25 });
    assert.deepEqual(store.state.base, [0, 4, 2, 3]);
    assert.equal(openCells(store.state), 0);
  });

  test("of a variation leaves the canvas, and Resume goes on with it", () => {
    const { store } = painted();
    const start = toServer({ ...store.state, masked: [false, false, true, true] });
    store.ask("more");
    store.receiveFrame(halfway(store, [0, 1, K, 3], { varies: true, start }));
    store.stopRun();
    assert.equal(store.preview, null);
    assert.deepEqual(store.state.base, [0, 1, 2, 3]);
    assert.ok(store.unfinished);
    store.ask("resume");
    store.receiveFrame(frame(store, [0, 1, 4, 4], { start }));
    assert.deepEqual(store.state.base, [0, 1, 4, 4]);
    assert.equal(openCells(store.state), 0);
  });
});

test("extending and stitching leave what was filled, and an older mask as it was", () => {
  const { store } = painted();
  store.edit((state) => mask(state, [3]));
  const wider = extended(store.state, { right: 1 });
  assert.deepEqual(wider.masked, [false, false, true, false, true, true]);
  const joined = stitched(store.state, store.state, "horizontal", 2);
  assert.deepEqual(joined.masked, [false, true, true, false, false, true, true, true]);
  assert.deepEqual(withSeam(joined, 0).masked, [false, false, false, false, false, true, false, true]);
});

test("a canvas that grows during a run shows the run's last step, also one that came while it was drawn", async () => {
  const { store } = painted();
  store.edit(maskAll);
  store.ask("generate");
  store.receiveFrame(halfway(store, [4, K, K, 3]));
  const drawn = [];
  await redraw(
    store,
    async (state) => {
      if (drawn.push(state.base) === 1) store.receiveFrame(halfway(store, [4, 1, K, 3]));
      return `of ${state.base}`;
    },
    (state, url) => extended(state, { right: 1 }, url),
  );
  assert.equal(drawn.length, 2);
  assert.equal(store.state.picture.url, `of ${drawn[1]}`);
  assert.deepEqual(store.state.base, [4, 1, K, drawn[1][2], 3, K]);
});

describe("Generate on a canvas that has grown", () => {
  const WIDER = { ...GRID, width: 3 };
  const NEW = [false, false, true, false, false, true];

  /** A frame of a run on the wider canvas. */
  const sent = (store, codes, more) => ({
    ...frame(store, codes, { start: toServer(store.asked.canvas), ...more }),
    codes: rows(WIDER, codes),
  });

  function grown() {
    const all = painted(); // [0, 1, 2, 3]
    const { store } = all;
    store.edit((state) => mask(state, [3]));
    store.regrid((state) => extended(state, { right: 1 }));
    return all;
  }

  test("fills what it grew by, then an older mask", () => {
    const { store } = grown();
    assert.deepEqual(waiting(store.state), [false, false, false, false, true, false]);
    store.ask("generate");
    assert.deepEqual(store.asked.canvas.masked, NEW);
    store.receiveFrame(sent(store, [0, 1, 4, 2, 3, 4]));
    assert.deepEqual(store.state.base, [0, 1, 4, 2, 3, 4]);
    assert.deepEqual(
      store.state.masked,
      [false, false, false, false, true, false],
      "the mask is still there",
    );
    store.ask("generate");
    assert.deepEqual(store.asked.canvas.masked, [false, false, false, false, true, false]);
  });

  test("fills all that the person has painted over since", () => {
    const { store } = grown();
    store.edit((state) => mask(state, [0, 4]));
    store.ask("generate");
    assert.deepEqual(store.asked.canvas.masked, [true, false, true, false, true, true]);
  });

  test("can be stopped and resumed", () => {
    const { store } = grown();
    store.ask("generate");
    const half = [0, 1, K, 2, 3, 4];
    const unfinished = {
      recipe: { canvas: toServer(store.asked.canvas), settings: { seed: 1, label: null }, codes: null },
      rest: [],
      progress: { step: 1, codes: rows(WIDER, half) },
      shown: rows(WIDER, [0, 1, 2, 2, 3, 4]),
      ...{ before: 0, picture: 0, pictures: 1 },
    };
    store.receiveFrame({ ...sent(store, half, { last: false }), unfinished });
    store.stopRun();
    assert.ok(store.unfinished);
    store.ask("resume");
    store.receiveFrame(sent(store, [0, 1, 4, 2, 3, 4]));
    assert.deepEqual(store.state.masked, [false, false, false, false, true, false]);
  });

  test("a seam is filled where it lies over an older mask", () => {
    const { store } = painted();
    store.edit((state) => mask(state, [0, 1]));
    const joined = stitched(store.state, clearMask(store.state), "horizontal", 2);
    assert.deepEqual(waiting(joined), [true, false, false, false, false, false, false, false]);
    assert.deepEqual(waiting(withSeam(joined, 4)), null);
  });
});

describe("Again", () => {
  /** A picture with its cells 1 and 2 filled twice: [0, 4, 4, 3], then [0, 0, 0, 3]. */
  function twice() {
    const all = painted();
    const { store } = all;
    store.edit((state) => mask(state, [1, 2]));
    generate(store, [0, 4, 4, 3]);
    store.edit((state) => mask(state, [0]));
    store.ask("again");
    const start = toServer(store.asked.canvas);
    assert.deepEqual(store.asked.canvas.masked, [false, true, true, false], "an older mask is left alone");
    store.receiveFrame(frame(store, [0, 0, 0, 3], { start }));
    return all;
  }

  test("fills the last region once more and leaves the rest, an older mask too", () => {
    const { store } = twice();
    assert.equal(store.asked.kind, "again");
    assert.deepEqual(store.state.base, [0, 0, 0, 3]);
    assert.deepEqual(store.state.masked, [true, false, false, false]);
    store.undo();
    assert.deepEqual(store.state.base, [0, 4, 4, 3], "undoes as one");
  });

  test("has nothing to do before anything was filled", () => {
    const { store } = started();
    store.ask("again");
    assert.equal(store.run, null);
  });

  test("gives results to leaf through in place, which undo as one", () => {
    const { store } = twice();
    const { takes } = store;
    assert.deepEqual([takes.present.all.length, takes.present.at], [2, 1]);
    takes.leaf(1);
    assert.deepEqual(store.state.base, [0, 4, 4, 3]);
    assert.deepEqual(store.state.masked, [true, false, false, false]);
    assert.equal(takes.present.at, 0);
    takes.leaf(-1);
    takes.leaf(-1);
    assert.equal(takes.present.at, 0);
    store.undo();
    assert.deepEqual([store.state.base, takes.present.at], [[0, 0, 0, 3], 1]);
  });

  test("what the person pinned elsewhere stays while leafing", () => {
    const { store } = twice();
    store.edit((state) => pin(state, [3], 1));
    store.takes.leaf(1);
    assert.deepEqual(store.state.pins, { 3: 1 });
    assert.deepEqual(store.state.base, [0, 4, 4, 3]);
  });

  test("an accepted result is chosen: there is no more to leaf through until the next Again", () => {
    const { store } = twice();
    store.takes.accept();
    assert.equal(store.takes.present.all.length, 0);
    store.ask("again");
    store.receiveFrame(frame(store, [0, 2, 2, 3], { start: toServer(store.asked.canvas) }));
    assert.equal(store.takes.present.all.length, 3);
  });

  test("a discarded one gives way to what was there before, with its mask", () => {
    const { store } = twice();
    assert.ok(store.takes.canDiscard);
    store.takes.discard();
    assert.deepEqual(store.state.base, [0, 1, 2, 3]);
    assert.deepEqual(store.state.masked, [true, true, true, false]);
    assert.equal(store.results.length, 3, "it stays among the pictures");
    store.undo();
    assert.deepEqual(store.state.base, [0, 0, 0, 3]);
  });
});

test("what is to be done when no run is under way is done once, after it", () => {
  const { store } = started();
  let done = 0;
  store.ask("generate");
  store.queue.whenIdle(() => (done += 1));
  assert.equal(done, 0);
  store.receiveFrame(frame(store, [0, 1, 2, 3]));
  assert.equal(done, 1);
  store.ask("new");
  store.stopRun();
  assert.equal(done, 1);
});

test("with nothing masked Generate offers a choice, and a new picture fills every cell but pins", () => {
  const { store, heard } = painted();
  store.ask("generate");
  assert.equal(heard.at(-1)[0], "nothing");
  assert.equal(store.run, null);
  store.edit((state) => pin(state, [3], 1));
  store.ask("new");
  assert.equal(store.asked.kind, "generate");
  assert.deepEqual(store.asked.run.region.cells, [true, true, true, false]);
  assert.equal(openCells(store.state), 0, "the picture stays until the first step is there");
});

test("a variation changes the picture and leaves the person's mask and pins", () => {
  const { store, heard } = painted();
  store.edit((state) => pin(mask(state, [0]), [1], 4));
  const start = toServer({ ...store.state, masked: [false, false, true, true] });
  store.ask("generate");
  store.receiveFrame(frame(store, [0, 4, K, 3], { last: false, varies: true, start }));
  assert.deepEqual(store.state.base, [0, 1, 2, 3], "its steps are only looked at");
  assert.equal(heard.at(-1)[0], "preview");
  store.receiveFrame(frame(store, [0, 4, 0, 0], { varies: true, start }));
  assert.deepEqual(store.state.base, [0, 1, 0, 0]);
  assert.deepEqual(store.state.masked, [true, false, false, false]);
  assert.deepEqual(store.state.pins, { 1: 4 });
  assert.deepEqual(store.state.lastRegion.cells, [false, false, true, true]);
});

describe("Live", () => {
  test("fills what a stroke swept, and undoes with it", () => {
    const { store, heard } = painted();
    store.dab((state) => mask(state, [0]), [0], "swept");
    assert.equal(heard.at(-1)[0], "ask");
    assert.equal(store.asked.kind, "fill");
    assert.deepEqual(store.asked.canvas.masked, [true, false, false, false]);
    store.receiveFrame(frame(store, [4, 1, 2, 3]));
    assert.deepEqual([store.state.base, openCells(store.state)], [[4, 1, 2, 3], 0]);
    store.undo();
    assert.deepEqual([store.state.base, openCells(store.state)], [[0, 1, 2, 3], 0]);
  });

  test("fills masked cells that a stroke sweeps, and that undoes too", () => {
    const { store } = painted();
    store.edit((state) => mask(state, [0, 1]));
    store.dab((state) => mask(state, [0]), [0], "swept");
    store.receiveFrame(frame(store, [4, 1, 2, 3]));
    assert.deepEqual(store.state.masked, [false, true, false, false]);
    store.undo();
    assert.deepEqual(store.state.base, [0, 1, 2, 3]);
    assert.deepEqual(store.state.masked, [true, true, false, false]);
  });

  test("lets a newer stroke take over, with the cells of the one before", () => {
    const { store, heard } = painted();
    store.dab((state) => mask(state, [0]), [0], "swept");
    const { id } = store.run;
    store.dab((state) => mask(state, [1]), [1], "swept");
    assert.ok(heard.some(([type, detail]) => type === "stop" && detail.id === id && detail.instead));
    assert.deepEqual(store.asked.canvas.masked, [true, true, false, false]);
    store.receiveFrame(frame(store, [4, 4, 2, 3]));
    assert.equal(openCells(store.state), 0);
  });

  test("is filled anew when the settings become others meanwhile", () => {
    const { store, heard } = painted();
    store.dab((state) => mask(state, [0]), [0], "swept");
    const { id } = store.run;
    const late = frame(store, [4, 1, 2, 3]);
    store.fillAnew();
    assert.notEqual(store.run.id, id);
    assert.deepEqual(store.asked.canvas.masked, [true, false, false, false]);
    assert.ok(heard.some(([type, detail]) => type === "stop" && detail.id === id && detail.instead));
    store.receiveFrame(late);
    assert.deepEqual(store.state.base, [0, 1, 2, 3], "what was begun by the old ones is not shown");
    store.receiveFrame(frame(store, [3, 1, 2, 3]));
    assert.deepEqual(store.state.base, [3, 1, 2, 3]);
    store.undo();
    assert.deepEqual(store.state.base, [0, 1, 2, 3]);
    store.fillAnew();
    assert.equal(store.run, null);
  });

  test("waits for Generate's own run", () => {
    const { store } = painted();
    store.edit(maskAll);
    store.ask("generate");
    store.dab((state) => pin(state, [0], 1), [0], "masked");
    assert.equal(store.run.live, false);
  });

  test("asks for nothing where a pin changed nothing", () => {
    const { store } = painted();
    store.dab((state) => pin(state, [0], 4), [0], "masked");
    store.endRun(store.run.id);
    store.dab((state) => pin(state, [0], 4), [0], "masked");
    assert.equal(store.run, null);
  });
});

const aMoment = () => new Promise((done) => setTimeout(done));

describe("runs asked for one after the other", () => {
  test("the next begins when the one under way ends, in the order of asking", async () => {
    const { store } = painted();
    store.edit(maskAll);
    store.ask("generate");
    store.ask("more");
    store.ask("blend");
    assert.deepEqual(
      store.queue.list.map(({ kind }) => kind),
      ["more", "blend"],
    );
    store.receiveFrame(frame(store, [4, 4, 4, 4]));
    await aMoment();
    assert.equal(store.asked.kind, "more");
    assert.equal(store.queue.list.length, 1);
  });

  test("Generate fills again what the run before it has filled", async () => {
    const { store } = painted();
    store.edit((state) => mask(state, [1]));
    store.ask("generate");
    store.ask("generate");
    store.receiveFrame(frame(store, [0, 4, 2, 3]));
    await aMoment();
    assert.deepEqual(store.asked.canvas.masked, [false, true, false, false]);
  });

  test("Stop ends them all", async () => {
    const { store } = painted();
    store.edit(maskAll);
    store.ask("generate");
    store.ask("generate");
    store.stopRun();
    await aMoment();
    assert.equal(store.run, null);
  });

  test("a run waits for the canvas that another model makes, and is of that", async () => {
    const { store } = painted();
    const other = blank({ ...GRID, codebook: 7 });
    store.queue.await("model");
    store.ask("generate");
    store.dab((state) => mask(state, [0]), [0], "swept");
    assert.equal(store.run, null);
    store.receiveCanvas({ canvas: toServer(other), other_model: "other" });
    assert.equal(store.run, null, "until the server has also told of its settings");
    store.queue.arrived("model");
    await aMoment();
    assert.equal(store.asked.canvas.codebook, 7);
    assert.equal(store.run.id, store.asked.run.id);
  });

  test("one that waited for a file with nothing masked fills nothing that was filled before", async () => {
    const { store, heard } = painted();
    store.queue.await("file");
    store.ask("generate");
    store.queue.arrived("file");
    await aMoment();
    assert.equal(store.run, null);
    assert.equal(heard.at(-1)[0], "nothing");
  });

  test("Stop lets go of one that waits for a canvas", async () => {
    const { store } = painted();
    store.queue.await("file");
    store.ask("generate");
    store.stopRun();
    store.queue.arrived("file");
    await aMoment();
    assert.equal(store.run, null);
  });
});

describe("an edit", () => {
  test("that changes nothing is not an entry to undo", () => {
    const { store } = started();
    assert.equal(
      store.edit((state) => keep(state, [0])),
      false,
    );
    store.undo();
    assert.equal(openCells(store.state), 4);
  });

  test("that cannot be done says why and changes nothing", () => {
    const { store, heard } = started();
    const rule = (codes) => ({ codes, allowed: true, strength: 1 });
    store.edit((state) => restrict(state, [0], rule([1])));
    const before = store.state;
    assert.equal(
      store.edit((state) => restrict(state, [0, 1], rule([2]))),
      false,
    );
    assert.equal(store.state, before);
    assert.match(heard.at(-1)[1], /no code/);
  });

  test("a fault of the page itself is not hidden", () => {
    const { store } = started();
    assert.throws(() => store.edit((state) => state.nothing.here), TypeError);
  });

  test("the edits of a stroke undo as one", () => {
    const { store } = painted();
    store.beginStroke();
    for (const cell of [0, 1]) store.stroke((state) => mask(state, [cell]), [cell]);
    store.endStroke();
    assert.equal(openCells(store.state), 2);
    store.undo();
    assert.equal(openCells(store.state), 0);
  });
});

describe("an earlier picture", () => {
  test("comes back beneath the person's mask and pins", () => {
    const { store } = painted();
    const [first] = store.results;
    store.edit(maskAll);
    generate(store, [4, 4, 4, 4]);
    store.edit((state) => pin(mask(state, [0]), [1], 2));
    store.choose(first);
    assert.deepEqual(store.state.base, [0, 1, 2, 3]);
    assert.deepEqual(store.state.masked, [true, false, false, false]);
    assert.deepEqual(store.state.pins, { 1: 2 });
  });

  test("is kept when it comes back on a blank canvas", () => {
    const { store } = painted();
    const [first] = store.results;
    store.edit((state) => ({ ...state, base: Array(4).fill(K), masked: Array(4).fill(true), picture: null }));
    store.choose(first);
    assert.equal(openCells(store.state), 0);
  });

  test("of another size is taken up as it was made", () => {
    const { store } = painted();
    const [first] = store.results;
    const wide = { codebook_size: K, base: [[1, 1, 1]], masked: [[false, false, false]], pins: [] };
    store.receiveCanvas({ canvas: wide, codes: [[1, 1, 1]], image: "wide" });
    assert.equal(store.state.width, 3);
    store.choose(first);
    assert.deepEqual([store.state.width, store.state.base, openCells(store.state)], [2, [0, 1, 2, 3], 0]);
  });

  test("of other codes is encoded anew", () => {
    const { store, heard } = painted();
    const [{ recipe, ...first }] = store.results;
    const canvas = { ...recipe.canvas, codebook_size: 9 };
    store.choose({ ...first, recipe: { ...recipe, canvas } });
    assert.deepEqual(heard.at(-1), ["reopen", first.url]);
  });
});

describe("what the server opened", () => {
  const blankCanvas = {
    codebook_size: K,
    base: [
      [K, 1],
      [1, 1],
    ],
    masked: rows(GRID, [true, true, false, false]),
    pins: [],
  };

  test("a picture with its recipe is finished: kept, with its region and its place among the pictures", () => {
    const { store } = started();
    const codes = [
      [0, 0],
      [1, 1],
    ];
    const recipe = { canvas: blankCanvas, settings: { seed: 1 }, codes };
    store.receiveCanvas({ canvas: blankCanvas, codes, image: "made", recipe });
    assert.deepEqual(store.state.base, [0, 0, 1, 1]);
    assert.equal(openCells(store.state), 0);
    assert.deepEqual(store.state.lastRegion.cells, [true, true, false, false]);
    assert.equal(store.results.length, 1);
    store.undo();
    assert.equal(openCells(store.state), 4);
  });

  test("a recipe that was not run yet has its cells to fill", () => {
    const { store } = started();
    store.receiveCanvas({ canvas: blankCanvas, codes: null, image: null, recipe: null });
    assert.equal(openCells(store.state), 2);
    assert.equal(store.results.length, 0);
  });

  test("another model's canvas has no past", () => {
    const { store } = painted();
    store.receiveCanvas({ canvas: blankCanvas, codes: null, image: null, other_model: "other" });
    const { state } = store;
    store.undo();
    assert.equal(store.state, state);
    assert.equal(store.results.length, 0, "its pictures wait for the model's return");
  });
});

test("what is on the canvas comes back after a reload, and a canvas too large for this page does not", () => {
  const { store } = painted();
  kept = JSON.stringify({ state: store.state, tool: { name: "pin" }, model: "tiny" });
  const { store: back } = started();
  assert.deepEqual(back.state, store.state);
  assert.equal(back.tool.name, "pin");
  const older = { ...store.state, masked: [true, true, true, true] };
  older.picture = { ...older.picture, filled: [true, true, true, false] };
  kept = JSON.stringify({ state: older, tool: {}, model: "tiny" });
  assert.deepEqual(started().store.state.masked, [false, false, false, true], "what a run filled is kept");
  kept = JSON.stringify({ state: { ...store.state, height: 65 }, tool: {}, model: "tiny" });
  assert.equal(openCells(started().store.state), 4);
  kept = "no JSON";
  assert.equal(openCells(started().store.state), 4);
});
