/** The menu of what a picture can be saved as. */

import { command } from "../page/commands.js";
import { files } from "../page/files.js";
import { store } from "../page/store.js";

export function saveMenu(element) {
  const [opener, menu] = [element.querySelector(".more"), element.querySelector(".menu")];
  const items = [...menu.querySelectorAll("[role=menuitem]")];
  const shown = () => items.filter((item) => !item.hidden);

  function open() {
    const { left, bottom } = element.querySelector(".split").getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - 286))}px`;
    menu.style.top = `${bottom + 4}px`;
    const photo = savesPhoto();
    for (const item of items) {
      const { scale } = item.dataset;
      item.hidden = photo && scale > 1; // a photograph is saved at its own size
      if (scale) item.querySelector("i").textContent = photo ? "at your picture's resolution" : sizeOf(scale);
    }
    menu.showPopover();
    items[0].focus();
  }

  // The picture that was opened, with what was painted over it.
  function savesPhoto() {
    const { originals } = (store.tool.keepPixels && store.state.pixels) || {};
    return originals?.some(({ photo }) => photo) ?? false;
  }

  function sizeOf(scale) {
    const { height, width, cell } = store.state;
    return `${width * cell * scale}×${height * cell * scale} pixels`;
  }

  opener.addEventListener("click", () => (menu.matches(":popover-open") ? menu.hidePopover() : open()));
  menu.addEventListener("toggle", ({ newState }) => {
    opener.setAttribute("aria-expanded", newState === "open");
    if (newState !== "open" && menu.contains(document.activeElement)) opener.focus();
  });
  menu.addEventListener("keydown", (event) => {
    const all = shown();
    const at = all.indexOf(document.activeElement);
    const next = {
      ArrowDown: all[(at + 1) % all.length],
      ArrowUp: all.at(at - 1),
      Home: all[0],
      End: all.at(-1),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  for (const item of items)
    item.addEventListener("click", () => {
      menu.hidePopover();
      opener.focus();
      const { format, scale } = item.dataset;
      if (format === "project") files.saveProject();
      else command("save", { format, scale: Number(scale) });
    });
}
