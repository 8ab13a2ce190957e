/**
 * Project files: the canvas, the session's pictures and films, the opened pictures and the settings, in one zip of
 * `project.json` and the pictures as files. In the JSON a picture is {"file": its name in the zip}.
 *
 * A project is {model, state, tool, pictures, films, originals, settings, count, locked}: a state of the canvas
 * (state.js), pictures and films of the session (session.js), opened pictures by their keys (images.js), the
 * server's settings of the next run, how many pictures it makes, and whether its seed stays.
 */

import { strFromU8, strToU8, unzipSync, zipSync } from "../vendor/fflate.js";
import * as checks from "./checks.js";
import { MAX_SIDE } from "./growing.js";
import { areRegions } from "./regions.js";
import { areSelections } from "./selections.js";
import { blank } from "./state.js";
import { validOptions } from "./tool.js";
import { toServer } from "./wire.js";

const FORMAT = "unleash-project";
const VERSION = 1;
const MAX_BYTES = 400e6; // of all files together
const MAX_FILES = 5000;
const MAX_CODES = 2 ** 20;
const MAX_DEPTH = 100;

const ENDINGS = { "image/webp": "webp", "image/png": "png", "image/jpeg": "jpg" };
const TYPES = Object.fromEntries(Object.entries(ENDINGS).map(([type, ending]) => [ending, type]));

/** A file is not a valid project; the message continues the file's name. */
export class ProjectError extends Error {}

/** A promise of a project's file as bytes; `original(key)` is a promise of an opened picture, a URL or a File. */
export async function pack(project, original) {
  const zip = {};
  const names = new Map();
  const add = (value, bytes, ending) => {
    if (!names.has(value)) {
      names.set(value, `pictures/${names.size + 1}.${ending}`);
      zip[names.get(value)] = [bytes, { level: 0 }]; // pictures are already compressed
    }
    return { file: names.get(value) };
  };
  const replaced = (value) => {
    const [, type, data] = /^data:([\w/+.-]+);base64,(.*)$/s.exec(value) ?? [];
    return ENDINGS[type] ? add(value, fromBase64(data), ENDINGS[type]) : value;
  };
  const originals = {};
  for (const key of keysIn(project)) {
    const value = await original(key);
    if (typeof value === "string") originals[key] = replaced(value);
    else if (value) {
      const bytes = new Uint8Array(await value.arrayBuffer());
      originals[key] = { ...add(value, bytes, endingOf(value)), name: value.name, type: value.type };
    }
  }
  const written = mapped({ format: FORMAT, version: VERSION, ...project, originals }, (value) =>
    typeof value === "string" ? replaced(value) : value,
  );
  return zipSync({ "project.json": [strToU8(JSON.stringify(written)), { level: 6 }], ...zip });
}

/**
 * A promise of the project in a file, with its canvas as the server reads it besides: {..., canvas, recipe}.
 * Throws a ProjectError if it is not a project, too large or damaged.
 */
export async function unpack(file) {
  if (file.size > MAX_BYTES) throw new ProjectError(`has more than ${MAX_BYTES / 1e6} MB.`);
  const zip = unzipped(new Uint8Array(await file.arrayBuffer()));
  const data = parsed(zip["project.json"]);
  if (data?.format !== FORMAT) throw new ProjectError("is not an Unleash project.");
  if (data.version !== VERSION)
    throw new ProjectError(`is a project of version ${data.version}; this page reads ${VERSION}.`);
  const project = mapped(data, (value) => given(value, zip));
  const state = checkedState(project.state);
  const valid = (list, check) => (Array.isArray(list) ? list.filter(check) : []);
  const originals = Object.entries({ ...project.originals });
  return {
    ...project,
    state,
    tool: validOptions({ ...project.tool }),
    pictures: valid(project.pictures, checks.isResult),
    films: valid(project.films, checks.isFilm),
    originals: Object.fromEntries(
      originals.filter(([, value]) => value instanceof File || checks.isPictureUrl(value)),
    ),
    canvas: toServer(state),
    recipe: state.recipe,
  };
}

function unzipped(bytes) {
  let [files, size] = [0, 0];
  try {
    return unzipSync(bytes, {
      filter({ originalSize }) {
        [files, size] = [files + 1, size + originalSize];
        if (files > MAX_FILES || size > MAX_BYTES) throw new ProjectError("is too large to open.");
        return true;
      },
    });
  } catch (error) {
    if (error instanceof ProjectError) throw error;
    throw new ProjectError("is not a readable zip file.");
  }
}

function parsed(bytes) {
  try {
    return JSON.parse(strFromU8(bytes));
  } catch {
    return null;
  }
}

/** Applies `change` to every value in JSON except lists of numbers; to objects before their values. */
function mapped(value, change, depth = 0) {
  if (depth > MAX_DEPTH) throw new ProjectError("has values nested too deeply.");
  const next = change(value);
  if (next !== value || typeof next !== "object" || next === null) return next;
  const inner = (item) => mapped(item, change, depth + 1);
  if (Array.isArray(next)) return typeof next[0] === "number" ? next : next.map(inner);
  return Object.fromEntries(Object.entries(next).map(([key, item]) => [key, inner(item)]));
}

function given(value, zip) {
  if (typeof value?.file !== "string") return value;
  const bytes = Object.hasOwn(zip, value.file) ? zip[value.file] : null;
  const type = TYPES[value.file.split(".").pop()];
  if (!bytes) throw new ProjectError(`lacks ${value.file}.`);
  if (typeof value.name === "string") return new File([bytes], value.name, { type: String(value.type) });
  if (!type) throw new ProjectError(`names ${value.file}, which is not a picture.`);
  return `data:${type};base64,${toBase64(bytes)}`;
}

const endingOf = ({ name }) => /\.(\w{1,5})$/.exec(name)?.[1].toLowerCase() ?? "bin";

/** The keys of the opened pictures that are used in a project. */
function keysIn(project) {
  const keys = new Set();
  mapped(project, (value) => {
    if (Array.isArray(value?.originals))
      for (const { key, photo } of value.originals)
        for (const each of [key, photo?.key]) if (each) keys.add(each);
    return value;
  });
  return keys;
}

// What a state may have besides its cells, null if it does not, with its name in messages and its check.
const PARTS = {
  picture: ["picture", ({ base, codebook }) => [base.length, codebook], checks.isPicture],
  soft: ["soft mask", ({ base }) => [base.length], checks.isSoftMask],
  pixels: ["opened pictures", ({ base }) => [base.length], checks.arePixels],
  lastRegion: ["last run", ({ base }) => [base.length], checks.isFilling],
  seam: ["seam", ({ base }) => [base.length], checks.isSeam],
};

/** The validated canvas of a project, so that an invalid one cannot break the page. */
export function checkedState(value) {
  const { height, width, codebook, cell, base, masked, pins } = value ?? {};
  const size = height * width;
  const sound =
    checks.isWhole(height, 1, MAX_SIDE) &&
    checks.isWhole(width, 1, MAX_SIDE) &&
    checks.isWhole(codebook, 1, MAX_CODES) &&
    checks.isWhole(cell, 1, 256) &&
    checks.areCodes(base, size, codebook) &&
    checks.areFlags(masked, size) &&
    Object.entries(pins ?? {}).every(
      ([at, code]) => checks.isWhole(Number(at), 0, size - 1) && checks.isWhole(code, 0, codebook - 1),
    );
  if (!sound) throw new ProjectError("has an invalid canvas.");
  for (const [part, [name, of, check]] of Object.entries(PARTS))
    if ((value[part] ?? null) !== null && !check(value[part], ...of(value)))
      throw new ProjectError(`has an invalid canvas: its ${name} cannot be read.`);
  const unfinished = checks.isUnfinished(value.unfinished) ? value.unfinished : null;
  const regions = areRegions(value.regions, base.length) ? value.regions : [];
  const selections = areSelections(value.selections, base.length) ? value.selections : [];
  return {
    ...blank({ height, width, codebook, cell }),
    ...value,
    regions,
    selections,
    aside: checks.areFlags(value.aside, size) ? value.aside : null,
    filling: null,
    run: null,
    unfinished,
  };
}

function fromBase64(text) {
  const bytes = atob(text);
  return Uint8Array.from({ length: bytes.length }, (_, i) => bytes.charCodeAt(i));
}

function toBase64(bytes) {
  let text = "";
  // In parts, since the number of arguments is limited.
  for (let at = 0; at < bytes.length; at += 2 ** 15)
    text += String.fromCharCode(...bytes.subarray(at, at + 2 ** 15));
  return btoa(text);
}
