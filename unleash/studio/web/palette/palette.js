/** The catalogue: find and select tiles by word, look or probability. */

import { about, shelf, sprite, titleOf, wordsOf } from "../page/codes.js";
import { showTab } from "../page/commands.js";
import { columnOf, rowOf } from "../page/geometry.js";
import { images } from "../page/images.js";
import { patch } from "../page/patch.js";
import { predictions } from "../page/predictions.js";
import { inHand } from "../page/rules.js";
import { store } from "../page/store.js";
import { features, matching, nearest, spread, vocabulary } from "./finding.js";

const EMPTY = {
  here: "Click a cell with the pin brush (P) or Inspect (Q) to see its likely tiles here.",
  words: "No tile matches.",
  similar: "Select a tile to see similar ones here.",
  recent: "Tiles that you pin appear here.",
  favourites: "Tiles that you star appear here.",
};
const TILE = 44; // CSS pixels of a tile
const SAMPLES = 8; // tiles that show what a word means
const PATCH = 192; // pixels of a tile among its neighbours
const AFTER_A_CHANGE = 400; // ms until the chosen cell is asked about anew

export async function mount({ element, props, watch }) {
  await store.started;
  const find = (selector) => element.querySelector(selector);
  const [sheet, words, note, search] = [".sheet", ".vocabulary", ".note", "input[type=search]"].map(find);
  const drawing = find(".drawing");
  const [output, star, collect, take] = ["output", ".star", ".collect", ".take"].map(find);
  const views = [...element.querySelectorAll("[data-view]")];
  let everyCode = new Set();
  let tiles = new Map(); // an element of each code that was shown so far: thousands would hold up the page
  let options = new Map(); // what the sheet shows: an element of each code
  let shown = [];
  let view = "words";
  let like = null; // the code that "similar" was asked of
  let looks = null; // of every code, measured when first asked
  let marked = [];
  let drawn = null; // the predictions of the chosen cell that the sheet shows
  let wanted = null; // the model whose tiles the page asked for last
  let pinned = store.state.pins;

  // --- what there is -------------------------------------------------------------------------------

  async function takeUp() {
    if (!props.value) return;
    const { image } = props.value;
    if (!tellOf(props.value) || !image) return;
    const catalogue = JSON.parse(props.value.catalogue);
    const { order, model, columns } = catalogue;
    await sprite.load({ ...catalogue, url: image.url });
    element.style.setProperty("--sheet", `url("${image.url}")`);
    element.style.setProperty("--sheet-columns", columns);
    everyCode = new Set(order);
    tiles = new Map();
    looks = null;
    words.replaceChildren(...vocabulary(catalogue).map(card));
    shelf.open(model, order.length);
    show();
  }

  /** Say how far the tiles are drawn; false if they are of the model before, of which more may still come. */
  function tellOf({ model, share, begins }) {
    if (begins) wanted = model;
    if (model !== wanted) return false;
    drawing.hidden = share === 1;
    drawing.querySelector("span").textContent = `Drawing the tiles: ${Math.floor(100 * share)} %`;
    drawing.querySelector("progress").value = share;
    return true;
  }

  function tile(code) {
    if (tiles.has(code)) return tiles.get(code);
    const option = optionOf(code, "code");
    option.style.backgroundPosition = position(code);
    tiles.set(code, option);
    return option;
  }

  function optionOf(code, className) {
    const option = document.createElement("div");
    option.className = className;
    option.id = `code-${code}`;
    option.role = "option";
    option.title = `Tile ${code}: ${about(code)}`;
    option.ariaLabel = option.title;
    option.dataset.code = code;
    return option;
  }

  const position = (code, size = TILE) => {
    const { x, y, side } = sprite.placeOf(code);
    return `${(-x / side) * size}px ${(-y / side) * size}px`;
  };

  function card({ word, codes }) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.word = word;
    const samples = document.createElement("span");
    samples.className = "samples";
    samples.append(
      ...spread(codes, SAMPLES).map((code) => {
        const sample = document.createElement("span");
        sample.style.backgroundPosition = position(code, TILE / 2);
        return sample;
      }),
    );
    const number = document.createElement("small");
    number.textContent = codes.length;
    button.append(samples, `${word} `, number);
    button.addEventListener("click", () => {
      search.value = word;
      show();
      sheet.focus({ preventScroll: true });
    });
    return button;
  }

  // --- what is shown of it -------------------------------------------------------------------------

  function ofView() {
    if (view === "here") return predictions.view?.codes ?? [];
    if (view === "similar") return everyCode.has(like) ? similar() : [];
    return view === "words" ? sprite.sheet.order : shelf[view];
  }

  function similar() {
    looks ??= features(sprite);
    return [like, ...nearest(looks, like)];
  }

  function show() {
    if (!sprite.sheet) return;
    for (const button of views) button.setAttribute("aria-pressed", button.dataset.view === view);
    const asked = search.value.trim();
    const begins = view === "words" && !asked;
    const all = begins ? [] : ofView();
    shown = matching(all, asked, wordsOf);
    options = view === "here" ? inPlace() : new Map(shown.map((code) => [code, tile(code)]));
    drawn = view === "here" ? predictions.view : null;
    sheet.replaceChildren(...shown.map((code) => options.get(code)));
    words.hidden = !begins;
    sheet.hidden = !shown.length;
    note.textContent = begins || shown.length ? "" : noteOf(all);
    take.hidden = !asked || shown.length < 2;
    take.textContent = `Select all ${shown.length}`;
    mark();
  }

  function noteOf(all) {
    if (all.length) return EMPTY.words;
    if (view === "here" && predictions.cell !== null) return "Asking the model…";
    return EMPTY[view];
  }

  /** What is likely at the chosen cell, each among the neighbours of the cell. */
  function inPlace() {
    const { cell, view: likely } = predictions;
    return new Map(
      shown.map((code) => {
        const option = optionOf(code, "patch");
        const share = document.createElement("span");
        share.textContent = percent(likely.probabilities[likely.codes.indexOf(code)]);
        option.ariaLabel = `${option.title}, ${share.textContent}`;
        option.append(patch(store.state, cell, code, PATCH), share);
        return [code, option];
      }),
    );
  }

  const percent = (share) => (share < 0.0005 ? "< 0.1 %" : `${(share * 100).toFixed(1)} %`);

  function turnTo(name) {
    view = name;
    like = store.tool.code;
    if (name === "words") search.value = "";
    show();
    sheet.scrollTop = 0;
  }

  function mark() {
    const codes = inHand(store.tool);
    const { code } = store.tool;
    for (const option of marked) option.removeAttribute("aria-selected");
    marked = codes.map((one) => options.get(one)).filter(Boolean);
    for (const option of marked) option.setAttribute("aria-selected", "true");
    const here = shown.includes(code) ? options.get(code) : null;
    if (here) sheet.setAttribute("aria-activedescendant", here.id);
    else sheet.removeAttribute("aria-activedescendant");
    if (here && codes.length === 1) scrollTo(here);
    tell(codes, code);
  }

  function tell(codes, code) {
    const known = everyCode.has(code);
    find(".hand").classList.toggle("in-hand", known);
    find(".swatch").style.backgroundPosition = known ? position(code) : "";
    output.textContent = known
      ? codes.length > 1
        ? `${codes.length} tiles selected`
        : `Tile ${code}`
      : "No tile selected";
    find(".about").textContent = known ? (codes.length > 1 ? titleOf(codes) : about(code)) : "";
    star.disabled = !known;
    star.setAttribute("aria-pressed", shelf.favourites.includes(code));
  }

  // Not scrollIntoView: that would move the page too.
  function scrollTo(option) {
    const top = option.offsetTop - sheet.offsetTop;
    const bottom = top + option.offsetHeight;
    if (top < sheet.scrollTop) sheet.scrollTop = top - 4;
    else if (bottom > sheet.scrollTop + sheet.clientHeight) sheet.scrollTop = bottom - sheet.clientHeight + 4;
  }

  // --- selected ------------------------------------------------------------------------------------

  const brushFor = (codes) => (codes > 1 || store.tool.name === "allow" ? "allow" : "pin");

  function choose(code) {
    const name = brushFor(1);
    store.setTool({ code, set: [code], name });
    store.say(`Tile ${code} selected; paint it with the ${name} brush.`);
  }

  function hold(codes, code) {
    store.setTool({ code, set: codes, name: brushFor(codes.length) });
    store.say(`${codes.length} tiles selected.`);
  }

  function toggle(code) {
    const codes = inHand(store.tool);
    const rest = codes.filter((other) => other !== code);
    if (rest.length === codes.length) hold([...codes, code], code);
    else if (rest.length) hold(rest, rest[rest.length - 1]);
  }

  function extend(code) {
    const [from, to] = [shown.indexOf(store.tool.code), shown.indexOf(code)].sort((a, b) => a - b);
    if (from < 0) choose(code);
    else hold([...new Set([...inHand(store.tool), ...shown.slice(from, to + 1)])], code);
  }

  // --- where a tile is likely ----------------------------------------------------------------------

  let looking = null;

  function look(code) {
    if (code === looking) return;
    looking = code;
    predictions.showCode(code);
    tellLikely();
  }

  function tellLikely() {
    const line = find(".likely");
    const likely = looking === null ? null : predictions.likelihood(looking);
    const waiting = looking !== null && predictions.busy ? "asking the model…" : "";
    line.textContent = likely ? bestPlace(likely) : waiting;
  }

  function bestPlace(likely) {
    const best = likely.indexOf(Math.max(...likely));
    const where = `row ${rowOf(store.state, best) + 1}, column ${columnOf(store.state, best) + 1}`;
    const of = looking === store.tool.code ? "" : `tile ${looking}: `;
    return likely[best] < 0.001
      ? `${of}likely nowhere on this canvas`
      : `${of}likeliest at ${where}: ${(likely[best] * 100).toFixed(1)} %`;
  }

  // --- listening -----------------------------------------------------------------------------------

  const codeAt = ({ target }) => {
    const option = target.closest("[data-code]");
    return option ? Number(option.dataset.code) : null;
  };

  sheet.addEventListener("click", (event) => {
    const code = codeAt(event);
    if (code === null) return;
    if (event.shiftKey) extend(code);
    else if (event.ctrlKey || event.metaKey || collect.ariaPressed === "true") toggle(code);
    else choose(code);
    look(code); // touch has no hover
  });
  const byMouse = (listener) => (event) => event.pointerType === "mouse" && listener(event);
  sheet.addEventListener(
    "pointerover",
    byMouse((event) => look(codeAt(event) ?? looking)),
  );
  sheet.addEventListener(
    "pointerleave",
    byMouse(() => look(null)),
  );
  sheet.addEventListener("blur", () => look(null));
  sheet.addEventListener("focus", () => sheet.matches(":focus-visible") && look(store.tool.code));
  sheet.addEventListener("keydown", (event) => {
    const perRow = Math.max(1, columnsOf(sheet));
    const by = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -perRow,
      ArrowDown: perRow,
      PageUp: -perRow * 6,
      PageDown: perRow * 6,
      Home: -shown.length,
      End: shown.length,
    }[event.key];
    if (by === undefined || !shown.length) return;
    event.preventDefault();
    const now = shown.indexOf(store.tool.code);
    const next = shown[Math.min(Math.max(now + by, 0), shown.length - 1)];
    if (event.shiftKey) extend(next);
    else choose(next);
    scrollTo(options.get(next));
    look(next);
  });
  for (const button of views) button.addEventListener("click", () => turnTo(button.dataset.view));
  search.addEventListener("input", show);
  take.addEventListener("click", () => hold(shown, shown[0]));
  star.addEventListener("click", () => shelf.toggle(store.tool.code));
  collect.addEventListener("click", () =>
    collect.setAttribute("aria-pressed", collect.ariaPressed !== "true"),
  );

  shelf.addEventListener("change", () => {
    if (view === "recent" || view === "favourites") show();
    else mark();
  });
  predictions.addEventListener("change", tellLikely);
  // Choosing a cell shows its likely tiles, unless a search is under way.
  predictions.addEventListener("cell", () => {
    if (view === "words" && !search.value.trim() && predictions.cell !== null) turnTo("here");
    else if (view === "here" && predictions.view !== drawn) show();
  });
  const again = () => {
    const seen = view === "here" && element.clientHeight > 0;
    if (seen && predictions.cell !== null) predictions.lookAt(predictions.cell, AFTER_A_CHANGE);
  };
  predictions.addEventListener("stale", again);
  store.addEventListener("change", again);
  images.addEventListener("load", () => view === "here" && show());
  store.addEventListener("tool", mark);
  store.addEventListener("change", () => {
    const { pins } = store.state;
    if (pinned !== pins && pinned)
      for (const [cell, code] of Object.entries(pins)) if (pinned[cell] !== code) shelf.use(code);
    pinned = pins;
  });
  store.addEventListener("needtile", ({ detail: cell }) => {
    predictions.lookAt(cell);
    turnTo("here");
    showTab("codes");
    requestAnimationFrame(() => views[0].focus({ preventScroll: true })); // a tab needs a moment to come to the front
  });
  watch("value", takeUp);
  takeUp();
}

function columnsOf(sheet) {
  const [first, ...rest] = sheet.children;
  const second = rest.find((tile) => tile.offsetTop > first.offsetTop);
  return second ? [...sheet.children].indexOf(second) : rest.length + 1;
}
