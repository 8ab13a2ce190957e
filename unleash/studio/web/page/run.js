/**
 * A run as the page knows it: `{id, waiting, follows, parent, filled, pixels, frame}`, and of one that belongs to a
 * stroke (live.js) `live` and `settles`. Its `id` is the name that the page gives it, and that every message
 * of the server about it bears. While it is `waiting` nothing was heard of it; `frame` is the last that was.
 */

import { pixelsAfterRun, sameGrid } from "./state.js";

/** A name that no other run has, here or in another browser. */
export const runName = () =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16).padStart(8, "0")).join(
    "",
  );

/** A run that waited, now that its first frame is there; its `parent` is where the canvas came from. */
export function begun(run, frame, state, parent) {
  const [height, width] = [frame.codes.length, frame.codes[0].length];
  // While it waited in line the canvas may have become another one.
  const follows = run.follows !== false && sameGrid(state, { ...state, height, width });
  return { ...run, follows, parent, ...(follows && before(frame, state)) };
}

// Which cells the run fills, and which pixels of an opened picture it leaves. A variation leaves the
// mask alone, so what waited to be replaced still waits, and changes cells anywhere.
const before = ({ varies }, state) =>
  varies
    ? { filled: state.picture?.filled ?? null, pixels: null }
    : { filled: state.masked, pixels: pixelsAfterRun(state) };
