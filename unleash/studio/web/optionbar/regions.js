/** Parts of the picture with a label or prompt of their own: painted, listed, deleted. */

import { masks } from "../canvas/tools.js";
import { CanvasError } from "../page/geometry.js";
import { colourOf, deleteRegion, paintRegion } from "../page/regions.js";
import { openCells, unknown } from "../page/state.js";
import { store } from "../page/store.js";

/** Colour the swatch of a region. */
export const swatch = (element, index) => (element.style.background = colourOf(index));

/** `asks()` is what the model can be asked for: {conditioning, labels}, as the server tells it. */
export function bindRegions(menu, button, asks, watch) {
  const [form, list, labels] = ["form", "ul", "datalist"].map((selector) => menu.querySelector(selector));
  const [wanted, bind] = [form.querySelector("input"), form.querySelector(".bind")];
  let shown = null;

  /** What was typed, if the model can show it; else what is wrong is said at the field. */
  function chosen() {
    const shows = wanted.value.trim();
    const { conditioning, labels: known } = asks();
    const wrong = conditioning === "label" && shows && !known.includes(shows);
    wanted.setCustomValidity(wrong ? `The model has no scene “${shows}”: choose one of the list.` : "");
    return form.reportValidity() ? shows : null;
  }

  function takeUp(shows) {
    wanted.value = "";
    store.setTool({ region: shows, ...(masks(store.tool) ? {} : { name: "mask" }) });
    menu.hidePopover();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const shows = chosen();
    if (shows) takeUp(shows);
  });
  wanted.addEventListener("input", () => wanted.setCustomValidity(""));
  bind.addEventListener("click", () => {
    const shows = chosen();
    if (shows && store.edit((state) => paintMasked(state, shows))) store.say(`The mask shows ${shows} now.`);
  });

  function row({ shows, cells }, index) {
    const item = document.createElement("li");
    const [take, gone] = ["take", "icon"].map((className) =>
      Object.assign(document.createElement("button"), { type: "button", className }),
    );
    const mark = Object.assign(document.createElement("i"), { className: "swatch" });
    swatch(mark, index);
    const words = Object.assign(document.createElement("span"), {
      textContent: `${shows} · ${cells.length}`,
    });
    take.append(mark, words);
    take.title = `Paint more of “${shows}”`;
    take.addEventListener("click", () => takeUp(shows));
    gone.textContent = "×";
    gone.title = `Delete the region “${shows}”; its cells show what the rest shows`;
    gone.setAttribute("aria-label", gone.title);
    gone.addEventListener("click", () => {
      store.edit((state) => deleteRegion(state, shows));
      if (store.tool.region === shows) store.setTool({ region: null });
    });
    item.append(take, gone);
    return item;
  }

  function show() {
    const { regions } = store.state;
    bind.disabled = !openCells(store.state);
    if (regions === shown) return;
    shown = regions;
    list.replaceChildren(...regions.map(row));
  }

  function follow() {
    const { conditioning, labels: known } = asks() ?? { conditioning: "none", labels: [] };
    button.hidden = conditioning === "none";
    wanted.placeholder =
      conditioning === "text" ? "Prompt, such as a red door" : `Scene, such as ${known[0]}`;
    labels.replaceChildren(
      ...known.map((value) => Object.assign(document.createElement("option"), { value })),
    );
  }

  watch("value", follow);
  follow();
  store.addEventListener("change", show);
  if (store.timeline) show();
}

/** The cells that are masked now as a region. */
function paintMasked(state, shows) {
  const cells = unknown(state);
  if (!cells.includes(true)) throw new CanvasError("Nothing is masked: paint the region instead.");
  return paintRegion(state, cells, shows);
}
