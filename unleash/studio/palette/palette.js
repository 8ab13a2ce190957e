/** The codebook palette: every code as a thumbnail of one sheet; the chosen one is what a pin paints. */

import { store } from "../browser/store.js";
import { sprite } from "../browser/sprite.js";

export function mount({ element, props, watch }) {
  const sheet = element.querySelector(".sheet");
  const chosen = element.querySelector(".chosen");
  const output = chosen.querySelector("output");
  const swatch = element.querySelector(".swatch");
  let tiles = new Map();

  async function show() {
    if (!props.value) return;
    await sprite.load({ ...props.value, url: props.value.image.url });
    element.style.setProperty("--sheet", `url("${props.value.image.url}")`);
    tiles = new Map(props.value.order.map((code) => [code, tile(code)]));
    sheet.replaceChildren(...tiles.values());
    mark();
  }

  function tile(code) {
    const option = document.createElement("div");
    option.className = "code";
    option.id = `code-${code}`;
    option.role = "option";
    option.title = `Code ${code}`;
    option.dataset.code = code;
    option.style.backgroundPosition = position(code);
    return option;
  }

  const position = (code) => {
    const { x, y } = sprite.placeOf(code);
    return `-${x}px -${y}px`;
  };

  let marked = null;

  function mark() {
    const { code } = store.tool;
    marked?.removeAttribute("aria-selected");
    marked = tiles.get(code) ?? null;
    chosen.classList.toggle("in-hand", marked !== null);
    output.textContent = marked ? `code ${code}` : "no code in hand";
    if (!marked) {
      sheet.removeAttribute("aria-activedescendant");
      return;
    }
    marked.setAttribute("aria-selected", "true");
    sheet.setAttribute("aria-activedescendant", marked.id);
    swatch.style.backgroundPosition = position(code);
    scrollTo(marked);
  }

  // Not scrollIntoView: that would move the page too.
  function scrollTo(option) {
    const top = option.offsetTop - sheet.offsetTop;
    const bottom = top + option.offsetHeight;
    if (top < sheet.scrollTop) sheet.scrollTop = top - 4;
    else if (bottom > sheet.scrollTop + sheet.clientHeight) sheet.scrollTop = bottom - sheet.clientHeight + 4;
  }

  function choose(code) {
    store.setTool({ code, name: "pin" });
    store.say(`Code ${code} chosen; the pin brush is ready.`);
  }

  sheet.addEventListener("click", ({ target }) => {
    if (target.dataset.code) choose(Number(target.dataset.code));
  });
  sheet.addEventListener("keydown", (event) => {
    const order = [...tiles.keys()];
    const perRow = Math.max(1, columnsOf(sheet));
    const by = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -perRow,
      ArrowDown: perRow,
      PageUp: -perRow * 6,
      PageDown: perRow * 6,
      Home: -order.length,
      End: order.length,
    }[event.key];
    if (by === undefined || !order.length) return;
    event.preventDefault();
    const now = order.indexOf(store.tool.code);
    const next = Math.min(Math.max(now + by, 0), order.length - 1);
    choose(order[next]);
  });
  store.addEventListener("tool", mark);
  store.addEventListener("needcode", () => sheet.focus());
  watch("value", show);
  show();
}

function columnsOf(sheet) {
  const [first, ...rest] = sheet.children;
  const second = rest.find((tile) => tile.offsetTop > first.offsetTop);
  return second ? [...sheet.children].indexOf(second) : rest.length + 1;
}
