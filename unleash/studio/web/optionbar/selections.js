/** Saved masks, and masks in files. */

import { deleteSelection, saveSelection, takeSelection } from "../page/selections.js";
import { store } from "../page/store.js";
import { loadMask, saveMask } from "./masks.js";

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

  function row({ name: called, cells }) {
    const item = document.createElement("li");
    const [take, gone] = ["take", "icon"].map((className) =>
      Object.assign(document.createElement("button"), { type: "button", className }),
    );
    take.textContent = `${called} · ${cells.length}`;
    take.title = `Mask these ${cells.length} cells, and no others`;
    take.addEventListener("click", () => {
      store.edit((state) => takeSelection(state, called));
      menu.hidePopover();
    });
    gone.textContent = "×";
    gone.title = `Delete “${called}”`;
    gone.setAttribute("aria-label", gone.title);
    gone.addEventListener("click", () => store.edit((state) => deleteSelection(state, called)));
    item.append(take, gone);
    return item;
  }

  const show = () => {
    const { selections } = store.state;
    if (selections === shown) return;
    shown = selections;
    list.replaceChildren(...selections.map(row));
  };
  store.addEventListener("change", show);
  if (store.timeline) show();
}
