/** Saved masks, and masks in files. */

import { deleteSelection, saveSelection, takeSelection } from "../page/selections.js";
import { store } from "../page/store.js";
import { loadMask, saveMask } from "./masks.js";
import { fillList } from "./rows.js";

export function bindSelections(menu) {
  const [form, list, file] = ["form", "ul", ".mask-file"].map((selector) => menu.querySelector(selector));
  const name = form.querySelector("input");
  let shown = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!store.edit((state) => saveSelection(state, name.value))) return;
    store.say(`Saved as “${name.value.trim()}”.`);
    name.value = "";
  });
  menu.querySelector(".load-mask").addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    file.value = "";
    if (chosen) await loadMask(chosen);
  });
  menu.querySelector(".save-mask").addEventListener("click", saveMask);

  const row = ({ name: called, cells }) => ({
    text: `${called} · ${cells.length}`,
    title: `Mask these ${cells.length} cells, and no others`,
    use() {
      store.edit((state) => takeSelection(state, called));
      menu.hidePopover();
    },
    deletion: `Delete “${called}”`,
    remove: () => store.edit((state) => deleteSelection(state, called)),
  });

  const show = () => {
    const { selections } = store.state;
    if (selections === shown) return;
    shown = selections;
    fillList(list, selections.map(row), name);
  };
  store.addEventListener("change", show);
  show();
}
