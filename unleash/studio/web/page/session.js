/**
 * The pictures of the session, which form a tree, and the films of the runs that made them: pure functions over
 * both, which are lists, newest first, and what keeps them in this browser for the next visit.
 *
 * A picture is `{id, made, model, parent, url, codes, region, pixels, recipe}`, its `parent` is `{picture, step}`: the
 * id of the picture the canvas came from, and the step its film was continued from (null for the finished picture);
 * null for a root. What a person says of it are its `title` and whether it is `starred`; one that was stopped is
 * `unfinished` (run.js), and its recipe has no codes. A film is `{id, made, run, parent, height, width, frames}`, with
 * the id of its picture; a frame is what was on the canvas after step `index` of `total`.
 */

import { blank, clearMask, place, sameGrid } from "./state.js";
import * as storage from "./storage.js";

const MOST_PICTURES = 60;
const MOST_RUNS = 12;

export const pictureOf = (pictures, url) => pictures.find((picture) => picture.url === url) ?? null;

/** The name of a picture: its title, or how it was made. */
export function nameOf({ title, recipe, parent, unfinished }) {
  if (title) return title;
  const { label, seed } = recipe.settings;
  const from = parent?.step ? `, continued from step ${parent.step}` : "";
  const until = unfinished ? `, stopped at step ${unfinished.before + unfinished.progress.step}` : "";
  return `${label ? `${label}, seed` : "Seed"} ${seed}${from}${until}`;
}

/** Those that have all these words in their name or their label, and a star where `starred` asks for it. */
export function found(pictures, words, starred = false) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return pictures.filter((picture) => {
    const { label, seed } = picture.recipe.settings;
    const text = `${nameOf(picture)} ${label ?? ""} ${seed}`.toLowerCase();
    return (!starred || picture.starred) && wanted.every((word) => text.includes(word));
  });
}

/**
 * The pictures of one region, oldest first, of which the one at `url` is one: made of the same canvas, alike
 * everywhere else. Empty if there are no others.
 */
export function takesOf(pictures, url) {
  const present = pictureOf(pictures, url);
  const cells = present?.region?.cells;
  if (!present?.takes || present.unfinished || !cells) return [];
  const alike = ({ codes }) =>
    codes?.length === present.codes.length &&
    codes.every((code, cell) => cells[cell] || code === present.codes[cell]);
  const takes = pictures.filter(
    (other) => other.takes === present.takes && !other.unfinished && alike(other),
  );
  return takes.length > 1 ? takes.reverse() : [];
}

/** The pictures to choose from: those of the run that made the one at `url`, else all. */
export function choicesFor(pictures, url) {
  const whole = pictures.filter(({ unfinished }) => !unfinished);
  const run = pictureOf(whole, url)?.run;
  const variations = run ? whole.filter((picture) => picture.run === run).reverse() : [];
  return variations.length > 1 ? variations : whole;
}

const frameOf = (film, url) => film.frames.find((frame) => frame.url === url);

/** The film that contains the picture at `url`. */
export const filmOf = (films, url) => (url && films.find((film) => frameOf(film, url))) || null;

/** The index of the frame of a film with the picture at `url`. */
export const placeIn = (film, url) => film.frames.findIndex((frame) => frame.url === url);

/** The parent of the next picture made on a canvas that shows the picture at `url`. */
export function originOf(pictures, films, url) {
  const picture = pictureOf(pictures, url);
  if (picture) return { picture: picture.id, step: null };
  const film = filmOf(films, url);
  if (!film) return null;
  // A stopped run left no picture: its parent is used instead.
  const whole = pictures.some(({ id }) => id === film.id);
  return whole ? { picture: film.id, step: frameOf(film, url).index } : film.parent;
}

const newest = (a, b) => b.made - a.made;

/** The pictures of this visit and of earlier ones, each once. */
export function merged(present, kept) {
  const known = new Set(present.map(({ id }) => id));
  return [...present, ...kept.filter(({ id }) => !known.has(id))].sort(newest);
}

/** Remove a picture; its children get its parent. */
function withoutPicture(pictures, { id, parent }) {
  const others = pictures.filter((picture) => picture.id !== id);
  return others.map((picture) => (picture.parent?.picture === id ? { ...picture, parent } : picture));
}

/**
 * With one more, in its place in time. The oldest make room, but for those with a star or a title and the one at
 * `url`, which is on the canvas.
 */
export function withPicture(pictures, added, url) {
  const all = [...pictures.filter(({ id }) => id !== added.id), added].sort(newest);
  const cherished = (picture) => picture.starred || picture.title || picture.url === url || picture === added;
  const spare = all.findLast((picture) => !cherished(picture));
  return all.length > MOST_PICTURES && spare ? withoutPicture(all, spare) : all;
}

/** Add a frame to the film that `film` describes; films of the oldest runs are dropped. */
export function withFrame(films, film, frame) {
  const present = films.find(({ id }) => id === film.id) ?? { ...film, frames: [] };
  const others = films.filter(({ id }) => id !== film.id);
  const all = [{ ...present, frames: [...present.frames, frame] }, ...others];
  const runs = [...new Set(all.map(({ run }) => run))].slice(0, MOST_RUNS);
  return all.filter(({ run }) => runs.includes(run));
}

/** The canvas as it was at a frame: what was known is kept, the rest masked; the person's pins and rules stay. */
export function canvasAt(state, { height, width }, frame) {
  const fitting = sameGrid(state, { ...state, height, width }) ? state : blank({ ...state, height, width });
  // Unknown cells stay masked.
  return clearMask(place(fitting, { ...frame, recipe: null }));
}

/**
 * A map from each picture to its {row, column, up}, counted from 0. A picture stands one column to the right of
 * the one it was made from, the first in the same row, each further one below all that came of those before it:
 * `up` rows beneath its parent. Pictures that come from none begin a row each, the newest first.
 *
 * `pictures` = {id, parent: {picture} | null}, newest first; a parent that is not among them counts as none.
 */
export function placed(pictures) {
  const ids = new Set(pictures.map(({ id }) => id));
  const parentOf = ({ parent }) => (ids.has(parent?.picture) ? parent.picture : null);
  const children = new Map();
  for (const picture of [...pictures].reverse()) {
    const parent = parentOf(picture);
    children.set(parent, [...(children.get(parent) ?? []), picture]);
  }
  const places = new Map();
  let rows = 0;

  function stand(picture, column, above) {
    const row = rows;
    places.set(picture, { row, column, up: row - above });
    let isFirst = true;
    for (const child of children.get(picture.id) ?? []) {
      if (places.has(child)) continue;
      if (!isFirst) rows += 1;
      stand(child, column + 1, row);
      isFirst = false;
    }
  }

  // Of pictures in a circle, which only a file can have, the newest counts as the root.
  for (const root of [...(children.get(null) ?? []).reverse(), ...pictures]) {
    if (places.has(root)) continue;
    stand(root, 0, rows);
    rows += 1;
  }
  return places;
}

export class Session {
  #kept = { pictures: [], films: [] };
  #told;
  #shown;

  /** Calls `told` whenever the pictures change; `shown()` is the URL of the picture on the canvas. */
  constructor(told, shown) {
    this.model = null;
    this.pictures = [];
    this.films = [];
    [this.#told, this.#shown] = [told, shown];
  }

  /** The pictures by the current model, newest first. */
  get results() {
    return this.pictures.filter(({ model }) => model === this.model);
  }

  /** The parent of the next picture. */
  get origin() {
    return originOf(this.pictures, this.films, this.#shown());
  }

  /** The film that contains the current canvas. */
  get film() {
    return filmOf(this.films, this.#shown());
  }

  /** Load the pictures of earlier visits. */
  async recall() {
    const { pictures, films } = await storage.recall();
    this.#kept = { pictures, films };
    this.films = merged(this.films, films);
    this.#setPictures(merged(this.pictures, pictures));
  }

  /** Add the pictures of another session. */
  join(pictures, films) {
    this.films = merged(this.films, films);
    this.keepFilms();
    this.#setPictures(merged(this.pictures, pictures));
  }

  /** Add an opened picture, with how it was made. */
  opened(result) {
    const made = now();
    this.#add({ ...result, id: `opened.${made}`, parent: null, made });
  }

  /** Add a step of a `run`; the last one is also a picture. */
  step(frame, result, run) {
    const made = this.#madeBy(run, frame);
    const [height, width] = [frame.codes.length, frame.codes[0].length];
    const step = { ...result, unfinished: null, index: frame.index, total: frame.total };
    this.films = withFrame(this.films, { ...made, height, width }, step);
    if (!frame.recipe) return;
    this.keepFilms();
    this.#add({ ...result, ...made });
  }

  /** Record that a `run` was stopped at this frame. */
  stopped(frame, result, run) {
    this.#add({ ...result, recipe: result.unfinished.recipe, ...this.#madeBy(run, frame) });
  }

  // The picture of a resumed run replaces that of the stopped one.
  #madeBy({ as, parent }, { picture }) {
    const id = `${as}.${picture}`;
    const before = this.pictures.find((other) => other.id === id);
    const { title, starred } = before ?? {};
    return { id, run: as, parent: before ? before.parent : parent, made: now(), title, starred };
  }

  /** Set a picture's {title} or {starred}. */
  describe({ id }, change) {
    this.#setPictures(this.pictures.map((other) => (other.id === id ? { ...other, ...change } : other)));
  }

  /** Remove a picture from the session; returns a function that restores it. */
  remove(picture) {
    const before = this.pictures.filter(({ parent }) => parent?.picture === picture.id);
    this.#setPictures(withoutPicture(this.pictures, picture));
    return () => {
      const parents = new Map(before.map(({ id, parent }) => [id, parent]));
      const others = this.pictures.filter(({ id }) => id !== picture.id);
      const again = others.map((other) =>
        parents.has(other.id) ? { ...other, parent: parents.get(other.id) } : other,
      );
      this.#setPictures([...again, picture].sort(newest));
    };
  }

  /** The picture of a live run. Since strokes follow each other quickly, only the last one is kept. */
  stroke(result, { id, parent }) {
    const before = this.pictures.find((picture) => picture.burst && picture.id === parent?.picture);
    const as = before ? { id: before.id, parent: before.parent } : { id, parent };
    this.#add({ ...result, ...as, made: now(), burst: true });
  }

  /** Report a change of the pictures. */
  tell() {
    this.#told();
  }

  /** Report the end of a run. */
  keepFilms() {
    storage.keepAll("films", this.films, this.#kept.films);
    this.#kept.films = this.films;
  }

  #add(picture) {
    this.#setPictures(withPicture(this.pictures, { ...picture, model: this.model }, this.#shown()));
  }

  #setPictures(pictures) {
    storage.keepAll("pictures", pictures, this.#kept.pictures);
    this.pictures = this.#kept.pictures = pictures;
    this.#told();
  }
}

const now = () => performance.timeOrigin + performance.now();
