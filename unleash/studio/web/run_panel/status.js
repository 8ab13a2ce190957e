/** The text of the status line and the position of its bar. */

import { timeInWords } from "../page/units.js";

/**
 * {state, value, max, text, stopped}: the `state` is "idle", "waiting" or "running"; `value` of `max` is done, null
 * if unknown; `stopped` says whether there is a picture to resume. `ended` is the outcome of the last run, in
 * words, null once the canvas has changed; `estimate` how long the next one will take.
 */
export function statusOf({ run, queue, unfinished, estimate, loading }, ended = null) {
  const following = queue.list;
  const more = following.length ? ` · ${following.length} more to follow` : "";
  const waiting = (text) => ({ state: "waiting", value: null, max: 1, text, stopped: false });
  if (!run && following.length) return waiting("Waiting for the canvas…");
  if (!run) return idle(unfinished, ended ?? (loading ? "The model is loading…" : null), estimate);
  // It is over in a moment; a moving bar would make it seem longer.
  if (run.live) return { state: "running", value: 0, max: 1, text: `Filling…${more}`, stopped: false };
  if (run.waiting && loading) return waiting(`The model is loading…${more}`);
  if (run.waiting) return waiting(`${run.turns ? inTurns(run.turns) : "Waiting for the model…"}${more}`);
  const { index, total, picture, pictures, people, seconds_left: left } = run.frame;
  const which = pictures > 1 ? ` · picture ${picture + 1} of ${pictures}` : "";
  const shared = people > 1 ? ` · ${people} people take turns` : "";
  const text = `Step ${index} of ${total}${which} · ${left.toFixed(1)} s left${shared}${more}`;
  return { state: "running", value: picture * total + index, max: total * pictures, text, stopped: false };
}

function inTurns({ people, seconds }) {
  const about = seconds ? ` · about ${timeInWords(seconds)}` : "";
  return `${people} people take turns${about}`;
}

function idle(unfinished, ended, estimate) {
  if (!unfinished)
    return { state: "idle", value: 0, max: 1, text: ended ?? (estimate || "Ready"), stopped: false };
  const { before, progress, recipe, picture, pictures } = unfinished;
  const codes = progress.codes.flat();
  const known = codes.filter((code) => code !== recipe.canvas.codebook_size);
  const which = pictures > 1 ? ` · picture ${picture + 1} of ${pictures}` : "";
  const text = ended ?? `Stopped at step ${before + progress.step}${which}`;
  return { state: "idle", value: known.length, max: codes.length, text, stopped: true };
}
