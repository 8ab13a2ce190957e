/** How the marks over the picture look. */

import { store } from "../page/store.js";

export function bindOverlay(menu) {
  const [opacity, colour] = [menu.querySelector(".opacity"), menu.querySelector(".colour")];
  opacity.addEventListener("input", () => store.setTool({ marks: opacity.valueAsNumber }));
  colour.addEventListener("input", () => store.setTool({ maskColor: colour.value }));
  menu.querySelector(".reset").addEventListener("click", () => store.setTool({ marks: 1, maskColor: null }));
  const show = () => {
    const { marks, maskColor } = store.tool;
    opacity.value = marks;
    colour.value = maskColor ?? getComputedStyle(menu).getPropertyValue("--chosen").trim();
  };
  store.addEventListener("tool", show);
  menu.addEventListener("beforetoggle", show);
}
