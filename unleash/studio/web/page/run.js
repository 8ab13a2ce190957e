/**
 * A run as the page knows it: `{id, waiting, turns, live, follows, parent, region, pixels, frame}`. Its `id` is the name
 * that the page gives it, and that is in every message of the server about it. While it is `waiting` it has made no step,
 * and `turns` is {people, seconds} where others take turns with it; `frame` is its last step. It is `live` if a
 * stroke asked for it, and `follows` while its frames fit the canvas. `region` is what it fills, as a state's
 * `lastRegion`, and `pixels` what it keeps of opened pictures; of a variation, whose cells the server chooses, both are
 * null. `rules` and `regions` are those of the canvas it began with.
 *
 * Its pictures are identified by `as`, the name of the run that started them, also if this one resumes
 * it. `takes` is a common name of all pictures that Again made for one region of one canvas.
 *
 * A stopped run leaves `unfinished`: what the server needs to resume it, {recipe, rest, progress, shown, before,
 * picture, pictures}, and the run's {as, takes, region, pixels, varies, rules, regions}.
 */

import { painted } from "./pixels.js";
import { again, codeOf, due, maskAll, openCells, regionOf, sameGrid, unknown, written } from "./state.js";
import { fromServer } from "./wire.js";

/** A name that is unique across browsers. */
export const runName = () =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16).padStart(8, "0")).join(
    "",
  );

/** A run of the current canvas, which may have to wait in the queue. */
export const asked = (state, id = runName()) => ({
  id,
  waiting: true,
  live: false,
  follows: true,
  region: regionOf(state),
  pixels: pixelsAfter(state),
  as: id,
  takes: id,
  rules: state.rules,
  regions: state.regions,
});

/** A run that resumes a stopped one. */
const resuming = ({ as, takes, region, pixels, varies, rules, regions }, id = runName()) => ({
  id,
  waiting: true,
  live: false,
  follows: true,
  region,
  pixels,
  as,
  takes,
  varies,
  rules,
  regions,
});

/**
 * What to ask the server for: {kind, canvas, run, stopped}; null where there is nothing to do. `takes` is the name of
 * the results that are on the canvas, undefined if there are none, `unfinished` what Resume goes on with.
 */
export function requestOf(kind, state, takes, unfinished) {
  const of = (canvas, more) => ({ kind, canvas, run: { ...asked(canvas), ...more }, stopped: null });
  if (kind === "resume") {
    return unfinished && { kind, canvas: state, run: resuming(unfinished), stopped: unfinished };
  }
  if (kind === "again") return state.lastRegion && of(again(state), takes && { takes });
  if (kind === "new") return { ...of(maskAll(state)), kind: "generate" };
  if (kind === "generate") return openCells(state) ? of(due(state)) : null;
  return of(state);
}

/** Whether this is a valid `unfinished`, which may come from a file. */
export function isUnfinished(value) {
  const { recipe, progress, shown, before, picture, pictures } = value ?? {};
  const grids = [recipe?.canvas?.base, recipe?.canvas?.masked, progress?.codes, shown];
  return (
    [before, picture, pictures, progress?.step].every(Number.isInteger) &&
    Array.isArray(recipe?.canvas?.pins) &&
    grids.every((grid) => Array.isArray(grid) && grid.length > 0 && grid.every(Array.isArray))
  );
}

/** Whether the canvas is unchanged since a run was stopped on it. */
export function resumable(state) {
  const { unfinished } = state;
  if (!unfinished || unfinished.varies) return false;
  const { pins, ...grid } = fromServer(unfinished.recipe.canvas);
  const codes = unfinished.progress.codes.flat();
  const { region } = unfinished;
  const open = unknown(state).map((is, cell) => is && (region?.cells[cell] ?? true));
  return (
    sameGrid(state, grid) &&
    JSON.stringify(state.pins) === JSON.stringify(pins) &&
    JSON.stringify(state.rules) === JSON.stringify(unfinished.rules) &&
    JSON.stringify(state.regions) === JSON.stringify(unfinished.regions ?? []) &&
    codes.every((code, cell) => code === (open[cell] ? state.codebook : codeOf(state, cell)))
  );
}

const pixelsAfter = ({ pixels, masked, pins, soft }) =>
  painted(
    pixels,
    masked.map((open, cell) => open || cell in pins),
    soft,
  );

/**
 * What to ask for when a stroke ends: {canvas, run}, the canvas to fill and the run that fills it; null if it
 * left nothing to fill. `which` = "swept" fills the cells of the stroke, and those of `before`, the run whose
 * place it takes. `which` = "masked" fills all that is masked or, where nothing is, the last region if the stroke
 * touches it: so a pin is answered by what was filled around it.
 */
export function strokeRun(state, which, swept, id, before = null) {
  const { base, codebook, lastRegion, masked } = state;
  const open = unknown(due(state));
  const refills = !open.includes(true) && lastRegion && [...swept].some((cell) => lastRegion.cells[cell]);
  const wanted = {
    masked: (cell) => open[cell] || (refills && lastRegion.cells[cell]),
    swept: (cell) =>
      swept.has(cell) || base[cell] === codebook || (masked[cell] && before?.region.cells[cell]),
  }[which];
  const canvas = { ...state, masked: base.map((_, cell) => Boolean(wanted(cell))) };
  if (which === "swept" && !unknown(canvas).includes(true)) return null;
  return { canvas, run: { ...asked(canvas, id), live: true } };
}

/** A run that waited, now that its first frame is there; its `parent` is where the canvas came from. */
export function begun(run, frame, state, parent) {
  const [height, width] = [frame.codes.length, frame.codes[0].length];
  // The canvas may have been replaced while it waited.
  const follows = run.follows && sameGrid(state, { ...state, height, width });
  const varied = frame.varies && { region: null, pixels: null, varies: true };
  return { ...run, follows, parent, ...varied };
}

const remembered = (state, region) => (region?.cells.includes(true) ? region : state.lastRegion);

/** The canvas that a run begins with. */
export const entered = (state, { id, region }) => ({
  ...state,
  run: id,
  lastRegion: remembered(state, region),
  // The mask beneath a pin is lifted with the others.
  filling: region && state.masked.map((masked, cell) => region.cells[cell] || (masked && cell in state.pins)),
});

/** A frame's result as a picture of the session. */
export function resultOf(run, { codes, image, recipe, unfinished }) {
  const { region, pixels, as, takes, rules, regions, varies } = run;
  const varied = recipe && !region ? regionOf({ ...fromServer(recipe.canvas), soft: null }) : null;
  return {
    url: image,
    codes: codes.flat(),
    region: region ?? varied,
    pixels,
    recipe,
    takes,
    unfinished: unfinished ? { ...unfinished, as, takes, region, pixels, rules, regions, varies } : null,
  };
}

/** The canvas, which may have been edited meanwhile, with the result of a run so far. */
export function follow(state, { id, region }, { codes, url, recipe, pixels, region: filled, unfinished }) {
  // A variation keeps the person's mask.
  const nowhere = Array(codes.length).fill(false);
  const cells = region?.cells ?? unpinned(state, recipe);
  const next = written(state, cells, codes, region ? (state.filling ?? cells) : nowhere);
  const lastRegion = remembered(state, filled);
  return { ...next, run: id, picture: { url, codes }, recipe, pixels, lastRegion, unfinished };
}

function unpinned(state, recipe) {
  const { pins } = fromServer(recipe.canvas);
  return state.base.map((_, cell) => !(cell in pins));
}

/** The outcome of a run, in a sentence. */
export function outcome({ frame, live }) {
  if (!frame) return "The run has ended without a picture.";
  const { index, total, unfinished, pictures, recipe } = frame;
  if (unfinished) return `Stopped at step ${index} of ${total}; Resume continues.`;
  if (live) return "Filled.";
  if (pictures > 1) return `${pictures} pictures are finished.`;
  return `The picture is finished. Its seed is ${recipe?.settings.seed}.`;
}
