/** Whether values that came from a file are such as the page makes; it may use them without further checks. */

import { inside } from "./geometry.js";
import { MAX_SIDE } from "./growing.js";

const PICTURE = /^data:image\/(webp|png|jpeg);base64,/;

const isList = Array.isArray;
const isText = (value) => typeof value === "string";
const isFlag = (value) => typeof value === "boolean";
const isObject = (value) => typeof value === "object" && value !== null && !isList(value);
const orNull = (check) => (value) => value === null || value === undefined || check(value);
const isPlace = (value) => isWhole(value, 0, MAX_SIDE);

export const isWhole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;

export const areFlags = (value, size) => isList(value) && value.length === size && value.every(isFlag);

/** Codes, or the mask token where unknown. */
export const areCodes = (value, size, codebook) =>
  isList(value) && value.length === size && value.every((code) => isWhole(code, 0, codebook));

/** The URL of a picture that no server has to be asked for. */
export const isPictureUrl = (value) => isText(value) && PICTURE.test(value);

/** A state's `picture`. */
export const isPicture = (value, size, codebook) =>
  isObject(value) && isPictureUrl(value.url) && areCodes(value.codes, size, codebook);

const isPlaced = ({ top, left, rows, columns }) => [top, left, rows, columns].every(isPlace);

/** A `soft` mask (pixels.js). */
export const isSoftMask = (value, size) =>
  isObject(value) &&
  isPictureUrl(value.url) &&
  areFlags(value.touched, size) &&
  areFlags(value.lifted, size) &&
  isPlaced(value);

/** Cells that a run fills, a state's `lastRegion`. */
export const isFilling = (value, size) =>
  isObject(value) && areFlags(value.cells, size) && orNull((soft) => isSoftMask(soft, size))(value.soft);

const isPhoto = ({ key, box, size }) =>
  isText(key) &&
  [box, size].every((numbers) => isList(numbers) && numbers.every(Number.isInteger)) &&
  [box.length, size.length].join() === "4,2";

/** The `pixels` of opened pictures (pixels.js). */
export const arePixels = (value, size) =>
  isObject(value) &&
  isList(value.originals) &&
  value.originals.every(
    (original) =>
      isObject(original) && isText(original.key) && isPlaced(original) && orNull(isPhoto)(original.photo),
  ) &&
  isList(value.layers) &&
  value.layers.every((layer) => isFilling(layer, size));

/** A stitched canvas's `seam` (growing.js). */
export const isSeam = (value, size) =>
  isObject(value) &&
  ["horizontal", "vertical"].includes(value.axis) &&
  [value.at, value.cells].every(isPlace) &&
  isWhole(value.room, 0, 2 * MAX_SIDE) &&
  areFlags(value.masked, size);

const isGrid = (value, [height, width], of) =>
  isList(value) &&
  value.length === height &&
  value.every((row) => isList(row) && row.length === width && row.every(of));

const areIn = (cells, grid) =>
  isList(cells) && cells.every((cell) => isList(cell) && isIn(grid, cell[0], cell[1]));

const isIn = (grid, row, column) =>
  Number.isInteger(row) && Number.isInteger(column) && inside(grid, row, column);

const isRule = (value, grid, codebook) =>
  isObject(value) &&
  areIn(value.cells, grid) &&
  isList(value.codes) &&
  value.codes.every((code) => isWhole(code, 0, codebook - 1)) &&
  isFlag(value.allowed) &&
  value.strength > 0 &&
  value.strength <= 1;

/** A canvas as the server writes it. */
export function isServerCanvas(value) {
  const { codebook_size: codebook, base, masked, pins, rules } = isObject(value) ? value : {};
  const [height, width] = [base?.length, base?.[0]?.length];
  const grid = { height, width };
  return (
    isWhole(height, 1, MAX_SIDE) &&
    isWhole(width, 1, MAX_SIDE) &&
    Number.isInteger(codebook) &&
    isGrid(base, [height, width], (code) => isWhole(code, 0, codebook)) &&
    isGrid(masked, [height, width], isFlag) &&
    isList(pins) &&
    pins.every((pin) => isList(pin) && isIn(grid, pin[0], pin[1]) && isWhole(pin[2], 0, codebook - 1)) &&
    orNull((all) => isList(all) && all.every((rule) => isRule(rule, grid, codebook)))(rules)
  );
}

const isRecipe = (value) => isObject(value) && isServerCanvas(value.canvas) && isObject(value.settings);

/** What it takes to resume a stopped run (run.js). */
export function isUnfinished(value) {
  const { recipe, rest, progress, shown, region, pixels, relighting, ...counts } = isObject(value)
    ? value
    : {};
  const { before, picture, pictures } = counts;
  if (!isRecipe(recipe) || ![before, picture, pictures, progress?.step].every(Number.isInteger)) return false;
  if (relighting && !isRecipe(rest)) return false;
  const { base, codebook_size: codebook } = recipe.canvas;
  const [shape, size] = [[base.length, base[0].length], base.length * base[0].length];
  return (
    [progress.codes, shown].every((grid) => isGrid(grid, shape, (code) => isWhole(code, 0, codebook))) &&
    orNull((is) => isFilling(is, size))(region) &&
    orNull((are) => arePixels(are, size))(pixels)
  );
}

const isParent = (value) => isObject(value) && isText(value.picture);

/** A picture of the session (session.js). */
export function isResult(value) {
  const { id, made, model, parent, title, url, codes, region, pixels, recipe, unfinished } = value ?? {};
  if (!isRecipe(recipe)) return false;
  const { base, codebook_size: codebook } = recipe.canvas;
  const size = base.length * base[0].length;
  return (
    isText(id) &&
    isText(model) &&
    Number.isFinite(made) &&
    orNull(isParent)(parent) &&
    orNull(isText)(title) &&
    isPicture({ url, codes }, size, codebook) &&
    orNull((is) => isFilling(is, size))(region) &&
    orNull((are) => arePixels(are, size))(pixels) &&
    orNull(isUnfinished)(unfinished)
  );
}

/** A film of the session (session.js). */
export function isFilm(value) {
  const { id, made, parent, height, width, frames } = value ?? {};
  const isFrame = (frame) =>
    isObject(frame) &&
    [frame.index, frame.total].every(Number.isInteger) &&
    isPicture(frame, height * width, Infinity) &&
    orNull((is) => isFilling(is, height * width))(frame.region) &&
    orNull((are) => arePixels(are, height * width))(frame.pixels);
  return (
    isText(id) &&
    Number.isFinite(made) &&
    orNull(isParent)(parent) &&
    [height, width].every((side) => isWhole(side, 1, MAX_SIDE)) &&
    isList(frames) &&
    frames.every(isFrame)
  );
}
