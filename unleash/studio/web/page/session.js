/** The pictures and films of the session (past.js), which are kept in this browser for the next visit. */

import * as past from "./past.js";
import * as storage from "./storage.js";

export class Session {
  #kept = { pictures: [], films: [] };
  #told;
  #shown;

  /** `told` is called whenever the pictures change; `shown()` is the URL of the picture on the canvas. */
  constructor(told, shown) {
    this.model = null;
    this.pictures = [];
    this.films = [];
    [this.#told, this.#shown] = [told, shown];
  }

  /** The pictures that the present model made, newest first. */
  get results() {
    return this.pictures.filter(({ model }) => model === this.model);
  }

  /** The parent of what is made next. */
  get origin() {
    return past.originOf(this.pictures, this.films, this.#shown());
  }

  /** The film in which the canvas was seen as it is. */
  get film() {
    return past.filmOf(this.films, this.#shown());
  }

  /** Fetch what earlier visits left. */
  async recall() {
    const { pictures, films } = await storage.recall();
    this.#kept = { pictures, films };
    this.films = past.merged(this.films, films);
    this.#setPictures(past.merged(this.pictures, pictures));
  }

  /** A picture that was opened, with how it was made. */
  opened(result) {
    const made = now();
    this.#add({ ...result, id: `opened.${made}`, parent: null, made });
  }

  /** One more step of a run from `parent`; the last one is a picture too. */
  step(frame, result, parent) {
    const made = { id: `${frame.run}.${frame.picture}`, run: frame.run, parent, made: now() };
    const [height, width] = [frame.codes.length, frame.codes[0].length];
    const step = { ...result, index: frame.index, total: frame.total };
    this.films = past.withFrame(this.films, { ...made, height, width }, step);
    if (!frame.recipe) return;
    this.keepFilms();
    this.#add({ ...result, ...made });
  }

  /** The picture of a stroke's own run. Stroke follows stroke in a moment: of them all the last is kept. */
  stroke(result, { id, parent }) {
    const before = this.pictures.find((picture) => picture.burst && picture.id === parent?.picture);
    const place = before ? { id: before.id, parent: before.parent } : { id, parent };
    this.#add({ ...result, ...place, made: now(), burst: true });
  }

  /** A run has ended. */
  keepFilms() {
    storage.keepAll("films", this.films, this.#kept.films);
    this.#kept.films = this.films;
  }

  #add(picture) {
    this.#setPictures(past.withPicture(this.pictures, { ...picture, model: this.model }, this.#shown()));
  }

  #setPictures(pictures) {
    storage.keepAll("pictures", pictures, this.#kept.pictures);
    this.pictures = this.#kept.pictures = pictures;
    this.#told();
  }
}

const now = () => performance.timeOrigin + performance.now();
