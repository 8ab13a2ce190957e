/** The bar above the canvas: the options of the current tool. */

import { brushSize, setBrushSize, stepBrushSize } from "../canvas/size.js";
import { bindButtons } from "../page/buttons.js";
import { about, sprite, titleOf } from "../page/codes.js";
import { masks } from "../canvas/tools.js";
import { showTab } from "../page/commands.js";
import { colourOf } from "../page/regions.js";
import { inHand } from "../page/rules.js";
import { store } from "../page/store.js";
import { bindOverlay } from "./overlay.js";
import { bindRegions } from "./regions.js";
import { bindRule } from "./rule.js";
import { bindSelections } from "./selections.js";

/** What each tool is called, and how it is used. */
const WORDS = {
  mask: ["Mask brush", "Paint the cells to fill again; Alt keeps them"],
  soft: ["Soft brush", ""],
  keep: ["Eraser", "Removes the mask, so that the cells below show again"],
  heal: ["Heal", "Paint over mistakes: they are filled again at once"],
  rectangle: ["Rectangle", "Drag over the cells to mask; Alt keeps them"],
  lasso: ["Lasso", "Draw around the cells to mask; Alt keeps them"],
  polygon: [
    "Polygon",
    "Click the corners one by one; Enter or a click on the first one closes it, Escape discards it",
  ],
  fill: ["Fill", "Click an area to mask all of it; Alt keeps it"],
  wand: ["Looks like this", "Click a cell; Alt keeps"],
  pin: ["Pin brush", "Paint it; Alt unpins"],
  allow: ["Allow brush", ""],
  pick: ["Eyedropper", "Click a cell to select its tile"],
  inspect: ["Inspect", "Click a cell to see which tiles are likely there"],
};

export async function mount({ element, props, watch }) {
  await store.started;
  const find = (selector) => element.querySelector(selector);
  const [size, sizeWords] = [find(".brush-size"), find(".brush-size-words")];
  const [softness, tolerance, connected, keep] = [
    find(".softness"),
    find(".tolerance"),
    find(".connected"),
    find(".keep-pixels"),
  ];

  bindButtons(element, {
    smaller: () => stepBrushSize(-1),
    larger: () => stepBrushSize(1),
    live: () => {
      store.setTool({ live: !store.tool.live });
      store.say(store.tool.live ? "Live: each stroke is filled at once." : "Live is off.");
    },
  });
  bindRule(find(".rule"));
  bindSelections(find("#selections"));
  bindOverlay(find("#overlay"));
  bindRegions(find("#regions"), find(".open-regions"), () => props.value, watch);
  find(".region").addEventListener("click", () => store.setTool({ region: null }));
  for (const menu of element.querySelectorAll("[popover]"))
    menu.addEventListener("beforetoggle", () => place(menu, find(`[popovertarget="${menu.id}"]`)));

  size.addEventListener("input", () => setBrushSize(size.valueAsNumber));
  softness.addEventListener("input", () => store.setTool({ softness: softness.valueAsNumber }));
  tolerance.addEventListener("input", () => store.setTool({ tolerance: tolerance.valueAsNumber }));
  connected.addEventListener("change", () => store.setTool({ connected: connected.checked }));
  keep.addEventListener("change", () => store.setTool({ keepPixels: keep.checked }));
  find(".tile").addEventListener("click", () => showTab("codes"));

  function show() {
    const { tool } = store;
    const { value, least, most, unit } = brushSize(tool);
    const opens = !["pin", "allow", "pick", "inspect"].includes(tool.name);
    const region = masks(tool) && tool.region;
    const shown = [tool.name, opens && store.state.pixels ? "photograph" : "", region ? "region" : ""];
    for (const part of element.querySelectorAll("[data-for]"))
      part.hidden = !part.dataset.for.split(" ").some((name) => shown.includes(name));
    [find(".name").textContent, find(".hint").textContent] = WORDS[tool.name];
    Object.assign(size, { min: least, max: most, value });
    sizeWords.textContent = `${value} ${unit}`;
    size.setAttribute("aria-valuetext", sizeWords.textContent);
    find('[data-command="smaller"]').disabled = value === least;
    find('[data-command="larger"]').disabled = value === most;
    softness.value = tool.softness;
    tolerance.value = tool.tolerance;
    find(".tolerance-words").textContent = `${Math.round(tool.tolerance * 100)} %`;
    connected.checked = tool.connected;
    keep.checked = tool.keepPixels;
    find('[data-command="live"]').setAttribute("aria-pressed", Boolean(tool.live));
    showTile();
    if (!region) return;
    find(".region span").textContent = region;
    find(".hint").textContent = "Paint what shows it; Alt takes cells away";
    const regions = store.state.regions ?? [];
    const index = regions.findIndex(({ shows }) => shows === region);
    find(".region .swatch").style.background = colourOf(index >= 0 ? index : regions.length);
  }

  function showTile() {
    const codes = inHand(store.tool);
    const [picture, words] = [find(".tile canvas"), find(".tile span")];
    picture.getContext("2d").clearRect(0, 0, picture.width, picture.height);
    if (codes.length) sprite.paint(picture.getContext("2d"), store.tool.code, 0, 0, picture.width);
    const named =
      codes.length > 1 ? `${codes.length} tiles: ${titleOf(codes)}` : titleOf(codes.length ? codes : [0]);
    words.textContent = codes.length ? named : "Select a tile…";
    if (codes.length === 1) words.title = about(codes[0]);
  }

  for (const type of ["tool", "change"]) store.addEventListener(type, show);
  sprite.addEventListener("load", showTile);
  show();
}

/** Below the button that opens it, within the window. */
function place(menu, button) {
  const { left, bottom } = button.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - 278))}px`;
  menu.style.top = `${bottom + 6}px`;
}
