/** The menu of what a picture can be saved as. */

import { command } from "../page/commands.js";
import { files } from "../page/files.js";
import { store } from "../page/store.js";

export function saveMenu(element) {
  const [opener, menu] = [element.querySelector(".more"), element.querySelector(".menu")];
  const items = [...menu.querySelectorAll("[role=menuitem]")];

  function open() {
    const { left, bottom } = element.querySelector(".split").getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - 286))}px`;
    menu.style.top = `${bottom + 4}px`;
    for (const item of items)
      if (item.dataset.scale) item.querySelector("i").textContent = sizeOf(item.dataset.scale);
    menu.showPopover();
    items[0].focus();
  }

  function sizeOf(scale) {
    if (!store.timeline) return "";
    const { height, width, cell, pixels } = store.state;
    if (store.tool.keepPixels && pixels?.originals.some(({ photo }) => photo)) return "the photo's own size";
    return `${width * cell * scale}×${height * cell * scale} pixels`;
  }

  opener.addEventListener("click", () => (menu.matches(":popover-open") ? menu.hidePopover() : open()));
  menu.addEventListener("toggle", ({ newState }) => {
    opener.setAttribute("aria-expanded", newState === "open");
    if (newState !== "open" && menu.contains(document.activeElement)) opener.focus();
  });
  menu.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    const next = {
      ArrowDown: items[(at + 1) % items.length],
      ArrowUp: items.at(at - 1),
      Home: items[0],
      End: items.at(-1),
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
