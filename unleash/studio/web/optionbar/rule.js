/** What the allow brush paints with the selected tiles: allowed or forbidden there, and how strongly. */

import { PREFER, STRENGTHS, strengthInWords } from "../page/rules.js";
import { store } from "../page/store.js";

export function bindRule(row) {
  const buttons = [...row.querySelectorAll("[data-allowed]")];
  const slider = row.querySelector("[type=range]");
  const words = row.querySelector(".strength");
  const least = row.querySelector(".one");

  for (const button of buttons)
    button.addEventListener("click", () => {
      store.setTool({ name: "allow", allowed: button.dataset.allowed === "true" });
      if (store.tool.code === null) store.say("Select a tile under Codes first.");
    });
  slider.addEventListener("input", () => store.setTool({ strength: STRENGTHS[slider.value][0] }));
  least.addEventListener("change", () => store.setTool({ one: least.checked }));

  const show = () => {
    const { name, allowed = true, strength = PREFER, one = true } = store.tool;
    for (const button of buttons)
      button.setAttribute(
        "aria-pressed",
        name === "allow" && allowed === (button.dataset.allowed === "true"),
      );
    slider.value = STRENGTHS.findIndex(([value]) => value >= strength);
    words.textContent = strengthInWords({ allowed, strength });
    slider.setAttribute("aria-valuetext", words.textContent);
    const odds =
      strength === 1
        ? "other tiles are excluded"
        : `the probability of excluded tiles times ${(1 - strength).toFixed(2)}`;
    slider.title = `Strength: ${odds}`;
    least.checked = one;
    least.disabled = !allowed || strength === 1;
  };
  store.addEventListener("tool", show);
  show();
}
