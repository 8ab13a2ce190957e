/** Parts of the picture with a label or prompt of their own: painted, listed, deleted. */

import { masks } from "../canvas/tools.js";
import { colourOf, deleteRegion, paintRegion } from "../page/regions.js";
import { openCells, unknown } from "../page/state.js";
import { store } from "../page/store.js";
import { fillList } from "./rows.js";

/** `asks()` returns what the model accepts, {conditioning, labels}, as the server reports it. */
export function bindRegions(menu, button, asks, watch) {
  const [form, list, labels] = ["form", "ul", "datalist"].map((selector) => menu.querySelector(selector));
  const [wanted, bind] = [form.querySelector("input"), form.querySelector(".bind")];
  let shown = null;

  /** The text typed, if the model accepts it; else null, and the field reports what is wrong. */
  function chosen() {
    const shows = wanted.value.trim();
    wanted.value = shows; // spaces alone count as empty
    const { conditioning, labels: known } = asks();
    const wrong = conditioning === "label" && shows && !known.includes(shows);
    wanted.setCustomValidity(wrong ? `The model has no scene “${shows}”: choose one from the list.` : "");
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
    if (shows && store.edit((state) => paintRegion(state, unknown(state), shows)))
      store.say(`The masked cells show “${shows}” now.`);
  });

  const row = ({ shows, cells }, index) => ({
    text: `${shows} · ${cells.length}`,
    title: `Paint more of “${shows}”`,
    colour: colourOf(index),
    use: () => takeUp(shows),
    deletion: `Delete the region “${shows}”: its cells show what the rest shows`,
    remove() {
      store.edit((state) => deleteRegion(state, shows));
      if (store.tool.region === shows) store.setTool({ region: null });
    },
  });

  function show() {
    const { regions } = store.state;
    bind.disabled = !openCells(store.state);
    if (regions === shown) return;
    shown = regions;
    fillList(list, regions.map(row), wanted);
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
  show();
}
