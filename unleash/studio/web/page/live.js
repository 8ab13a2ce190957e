/** Runs that belong to a stroke, as pure functions: with Live on, and of the brush that heals. */

import { pixelsAfterRun } from "./state.js";

/**
 * What to ask for when a stroke ends: {canvas, run}, the canvas to fill and the run that fills it; null if it
 * left nothing to fill. `which` = "swept" fills the cells of the stroke and takes their mask away, `which` =
 * "masked" fills all that is masked and leaves the mask, so that the next stroke does so again. `before` is the
 * run whose place it takes: what that was to fill and take the mask from, this one does.
 */
export function strokeRun(state, which, swept, id, before = null) {
  const steers = which === "masked";
  const open = state.base.map((code, cell) =>
    steers ? state.masked[cell] : swept.has(cell) || code === state.codebook || !!before?.settles?.[cell],
  );
  if (!steers && open.every((wanted, cell) => !wanted || cell in state.pins)) return null;
  const canvas = { ...state, masked: open };
  const filled = state.picture?.filled?.map((was, cell) => was && !open[cell]) ?? null;
  const run = {
    id,
    live: true,
    waiting: true,
    follows: true,
    filled: steers ? open : filled,
    pixels: pixelsAfterRun(canvas),
    settles: steers ? null : open,
  };
  return { canvas, run };
}
