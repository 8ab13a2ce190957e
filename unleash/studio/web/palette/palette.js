/** The catalogue: every code as a thumbnail of one sheet, to be found, compared and taken in hand. */

import { about, shelf, sprite, titleOf, wordsOf } from "../page/codes.js";
import { predictions } from "../page/predictions.js";
import { showTab } from "../page/commands.js";
import { inHand } from "../page/rules.js";
import { store } from "../page/store.js";
import { features, matching, nearest, vocabulary } from "./finding.js";

const EMPTY = {
  all: "No code is called that or looks like it.",
  similar: "Choose a code, and those that look like it come here.",
  recent: "The codes you pin come here.",
  favourites: "The codes you star come here.",
};

export function mount({ element, props, watch }) {
  const find = (selector) => element.querySelector(selector);
  const [sheet, chips, search] = [find(".sheet"), find(".chips"), find("input[type=search]")];
  const [output, star, collect] = [find("output"), find(".star"), find(".collect")];
  const take = find(".take");
  const views = [...element.querySelectorAll("[data-view]")];
  const chosen = new Set();
  let tiles = new Map();
  let shown = [];
  let view = "all";
  let like = null; // the code that "similar" was asked of
  let looks = null; // of every code, measured when first asked
  let marked = [];
  let pinned = store.timeline?.present.pins ?? null;

  // --- what there is -------------------------------------------------------------------------------

  async function takeUp() {
    if (!props.value) return;
    const { image } = props.value;
    const catalogue = JSON.parse(props.value.catalogue);
    const { order, model } = catalogue;
    await sprite.load({ ...catalogue, url: image.url });
    element.style.setProperty("--sheet", `url("${image.url}")`);
    tiles = new Map(order.map((code) => [code, tile(code)]));
    looks = null;
    chosen.clear();
    chips.replaceChildren(...vocabulary(catalogue).map(chip));
    shelf.open(model, order.length);
    filter();
  }

  function tile(code) {
    const option = document.createElement("div");
    option.className = "code";
    option.id = `code-${code}`;
    option.role = "option";
    option.title = `Code ${code}: ${about(code)}`;
    option.dataset.code = code;
    option.style.backgroundPosition = position(code);
    return option;
  }

  const position = (code) => {
    const { x, y } = sprite.placeOf(code);
    return `-${x}px -${y}px`;
  };

  function chip([word, count]) {
    const button = document.createElement("button");
    const number = document.createElement("small");
    button.type = "button";
    button.dataset.word = word;
    button.setAttribute("aria-pressed", false);
    number.textContent = count;
    button.append(`${word} `, number);
    button.addEventListener("click", () => {
      if (!chosen.delete(word)) chosen.add(word);
      button.setAttribute("aria-pressed", chosen.has(word));
      filter();
    });
    return button;
  }

  // --- what is shown of it -------------------------------------------------------------------------

  function ofView() {
    if (view === "similar") return like === null ? [] : similar();
    return view === "all" ? sprite.sheet.order : shelf[view];
  }

  function similar() {
    looks ??= features(sprite);
    return [like, ...nearest(looks, like)];
  }

  function filter() {
    if (!sprite.sheet) return;
    const filters = { query: search.value, chips: chosen };
    shown = matching(ofView(), filters, wordsOf);
    if (shown.length) sheet.replaceChildren(...shown.map((code) => tiles.get(code)));
    else sheet.replaceChildren(note(EMPTY[ofView().length ? "all" : view]));
    take.hidden = !(chosen.size || search.value.trim()) || shown.length < 2;
    take.textContent = `Take all ${shown.length}`;
    mark();
  }

  function note(text) {
    const line = document.createElement("p");
    line.className = "wait";
    line.textContent = text;
    return line;
  }

  function turnTo(name) {
    view = name;
    like = store.tool.code;
    for (const button of views) button.setAttribute("aria-pressed", button.dataset.view === name);
    filter();
    sheet.scrollTop = 0;
  }

  function mark() {
    const codes = inHand(store.tool);
    const { code } = store.tool;
    for (const option of marked) option.removeAttribute("aria-selected");
    marked = codes.map((one) => tiles.get(one)).filter(Boolean);
    for (const option of marked) option.setAttribute("aria-selected", "true");
    const here = shown.includes(code) ? tiles.get(code) : null;
    if (here) sheet.setAttribute("aria-activedescendant", here.id);
    else sheet.removeAttribute("aria-activedescendant");
    if (here && codes.length === 1) scrollTo(here);
    tell(codes, code);
  }

  function tell(codes, code) {
    const known = tiles.has(code);
    find(".hand").classList.toggle("in-hand", known);
    find(".swatch").style.backgroundPosition = known ? position(code) : "";
    output.textContent = known
      ? codes.length > 1
        ? `${codes.length} codes`
        : `code ${code}`
      : "no code in hand";
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

  // --- taken in hand -------------------------------------------------------------------------------

  const brushFor = (codes) => (codes > 1 || store.tool.name === "allow" ? "allow" : "pin");

  function choose(code) {
    const name = brushFor(1);
    store.setTool({ code, set: [code], name });
    store.say(`Code ${code} chosen; the ${name} brush is ready.`);
  }

  function hold(codes, code) {
    store.setTool({ code, set: codes, name: brushFor(codes.length) });
    store.say(`${codes.length} codes in hand.`);
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

  // --- where a code is likely ----------------------------------------------------------------------

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
    const { width } = store.state;
    const where = `row ${Math.floor(best / width) + 1}, column ${(best % width) + 1}`;
    const of = looking === store.tool.code ? "" : `code ${looking}: `;
    return likely[best] < 0.001
      ? `${of}likely nowhere on this canvas`
      : `${of}likeliest at ${where}: ${(likely[best] * 100).toFixed(1)} %`;
  }

  // --- listening -----------------------------------------------------------------------------------

  const codeAt = ({ target }) => (target.dataset.code ? Number(target.dataset.code) : null);

  sheet.addEventListener("click", (event) => {
    const code = codeAt(event);
    if (code === null) return;
    if (event.shiftKey) extend(code);
    else if (event.ctrlKey || event.metaKey || collect.ariaPressed === "true") toggle(code);
    else choose(code);
    look(code); // a finger hovers over nothing
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
    scrollTo(tiles.get(next));
    look(next);
  });
  for (const button of views) button.addEventListener("click", () => turnTo(button.dataset.view));
  search.addEventListener("input", filter);
  take.addEventListener("click", () => hold(shown, shown[0]));
  star.addEventListener("click", () => shelf.toggle(store.tool.code));
  collect.addEventListener("click", () =>
    collect.setAttribute("aria-pressed", collect.ariaPressed !== "true"),
  );

  shelf.addEventListener("change", () => {
    if (view === "recent" || view === "favourites") filter();
    else mark();
  });
  predictions.addEventListener("change", tellLikely);
  store.addEventListener("tool", mark);
  store.addEventListener("change", () => {
    const { pins } = store.state;
    if (pinned !== pins && pinned)
      for (const [cell, code] of Object.entries(pins)) if (pinned[cell] !== code) shelf.use(code);
    pinned = pins;
  });
  store.addEventListener("needcode", () => {
    showTab("codes");
    requestAnimationFrame(() => sheet.focus()); // a tab needs a moment to come to the front
  });
  watch("value", takeUp);
  takeUp();
}

function columnsOf(sheet) {
  const [first, ...rest] = sheet.children;
  const second = rest.find((tile) => tile.offsetTop > first.offsetTop);
  return second ? [...sheet.children].indexOf(second) : rest.length + 1;
}
