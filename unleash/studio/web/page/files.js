/**
 * Opening and saving files, from the header, by drop or by paste. Listen for "say" ({text, lasts}), "notice"
 * ({text, button, act}) and "choose" ({picture, choose, cancel}: how to open a picture); the latter two are null when
 * they no longer apply.
 */

import { keepOriginal, rawOriginal, restoreOriginal } from "./images.js";
import { pack, ProjectError, unpack } from "./project.js";
import { store } from "./store.js";
import { bytesInWords } from "./units.js";

const isProject = ({ name, type }) => /\.zip$/i.test(name) || type === "application/zip";

class Files extends EventTarget {
  #server = null;
  #asked = new Map();
  #count = 0;
  #opening = false;

  /**
   * `upload(file)` is a promise of its path on the server, `ask(event, data)` triggers an event there, and `mask` is
   * a promise of what `mask_in` of header.py returns.
   */
  serve(server) {
    this.#server = server;
  }

  /** Say something about a file; if it `lasts`, until the next message. */
  say(text, lasts = false) {
    this.#opening = false;
    this.dispatchEvent(new CustomEvent("say", { detail: { text, lasts } }));
  }

  #notice(detail) {
    this.dispatchEvent(new CustomEvent("notice", { detail }));
  }

  // The server's answer repeats the name of the request.
  #name(about) {
    const name = `${Date.now()}.${(this.#count += 1)}`;
    this.#asked.set(name, about);
    return name;
  }

  #take(name) {
    const about = this.#asked.get(name);
    this.#asked.delete(name);
    return about;
  }

  #choose(detail) {
    this.dispatchEvent(new CustomEvent("choose", { detail }));
  }

  /**
   * Open a file. `how` = {older, fit, crop}: with `older`, the recipe's picture of a PNG that was changed; how to `fit`
   * a picture to the model ("crop", "whole" or "shape"), and the part [x, y, width, height] to `crop` it to. Without
   * `fit`, the server may ask: see `asked`.
   */
  async open(file, how = {}) {
    this.#notice(null);
    this.#choose(null);
    store.queue.await("file");
    store.queue.arrived("choice"); // of a file before this one
    this.#begin(file);
    if (isProject(file)) return this.#openProject(file);
    try {
      const path = await this.#server.upload(file);
      this.#server.ask("open", { ...how, path, name: this.#name({ file, path }) });
    } catch {
      this.say(`${file.name} could not be uploaded: try again.`);
      store.queue.arrived("file");
    }
  }

  /** The server asks how to open a picture: {name, preview, width, height, columns, rows}. */
  asked({ name, ...picture }) {
    const { file, path } = this.#take(name) ?? {};
    if (!file) return;
    store.queue.await("choice");
    this.#choose({
      picture: { ...picture, name: file.name },
      choose: (how) => {
        store.queue.await("file");
        store.queue.arrived("choice");
        this.#begin(file);
        this.#server.ask("open", { ...how, path, name: this.#name({ file, path }) });
      },
      cancel: () => store.queue.arrived("choice"),
    });
  }

  /** A file was opened, or refused. */
  arrived() {
    store.queue.arrived("file");
    if (this.#opening) this.say("");
  }

  #begin({ name }) {
    this.say(`Opening ${name}…`, true);
    this.#opening = true;
  }

  /**
   * What the server says of an opened file. Returns where its whole picture is kept, {key, box, size}, if it has more
   * pixels than the canvas.
   */
  opened({ name, box, size, changed }) {
    const { file } = this.#take(name) ?? {};
    if (file && changed)
      this.#notice({
        text: `${file.name} was changed after it was saved here: you see it as it is now.`,
        button: "Open the recipe's original picture",
        act: () => this.open(file, { older: true }),
      });
    return file && box ? { key: keepOriginal(file), box, size } : null;
  }

  /** A promise of what the server needs to save a whole picture: {path, box}; null if it is gone. */
  async photoOf({ key, box }) {
    const file = await rawOriginal(key);
    return file instanceof Blob ? { path: await this.#server.upload(named(file)), box } : null;
  }

  /**
   * A promise of the URL of the mask in a file, cut and scaled to a size in pixels; else of an error in words. `photo`
   * = {box, size} of the picture that covers the canvas, if there is one: a mask as large as that is cut as it was.
   */
  async maskIn(file, width, height, photo) {
    const path = await this.#server.upload(file);
    const { url, error } = await this.#server.mask({ path, width, height, photo });
    if (error) throw new Error(error);
    return url;
  }

  // --- projects --------------------------------------------------------------------------------------

  /** Save the canvas, the session's pictures and the settings as one file. */
  saveProject() {
    this.say("Packing the project…", true);
    const { state, tool, session } = store;
    const { pictures, films } = session;
    this.#server.ask("pack", { name: this.#name({ state, tool, pictures, films }) });
  }

  /** The server's answer: the model and the settings. */
  async pack({ name, model, settings, pictures, locked }) {
    const project = this.#take(name);
    if (!project) return;
    const bytes = await pack({ ...project, model, settings, count: pictures, locked }, rawOriginal);
    download(URL.createObjectURL(new Blob([bytes], { type: "application/zip" })), "unleash-project.zip");
    this.say(`Saved unleash-project.zip, ${bytesInWords(bytes.length)}.`);
  }

  async #openProject(file) {
    try {
      const project = await unpack(file);
      const { model, canvas, recipe, settings, count, locked } = project;
      this.#server.ask("unpack", {
        name: this.#name({ project, file }),
        ...{ model, canvas, recipe, settings, pictures: count, locked },
      });
    } catch (error) {
      store.queue.arrived("file");
      if (!(error instanceof ProjectError)) throw error;
      this.say(`${file.name} ${error.message}`, true);
    }
  }

  /** The server found the project's model: open the project. */
  unpacked({ name, model }) {
    const asked = this.#take(name);
    if (!asked) return;
    const { originals, ...project } = asked.project;
    for (const [key, value] of Object.entries(originals)) restoreOriginal(key, value);
    store.take(model, project.state);
    store.session.join(project.pictures, project.films);
    // The tool in hand stays: another version of the page may have others.
    store.setTool({ ...project.tool, name: store.tool.name, code: null });
    this.say(`Opened ${asked.file.name}.`);
  }
}

// A blob from the database may have lost its name.
const named = (blob) => (blob instanceof File ? blob : new File([blob], "photo", { type: blob.type }));

/** Download a URL as a file. */
export function download(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

export const files = new Files();
