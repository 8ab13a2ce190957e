/** What the allow brush paints with the selected tiles: allowed or forbidden there, and how strongly. */

import { store } from "../page/store.js";

const STRENGTHS = [
  [0.5, "nudge"],
  [0.8, "rather"],
  [0.95, "strongly"],
  [0.99, "nearly always"],
  [1, "must"],
];

export function bindRule(row) {
  const buttons = [...row.querySelectorAll("[data-allowed]")];
  const slider = row.querySelector("input");
  const words = row.querySelector(".strength");

  for (const button of buttons)
    button.addEventListener("click", () => {
      store.setTool({ name: "allow", allowed: button.dataset.allowed === "true" });
      if (store.tool.code === null) store.say("Choose the codes that this is about.");
    });
  slider.addEventListener("input", () => store.setTool({ strength: STRENGTHS[slider.value][0] }));

  const show = () => {
    const { name, allowed = true, strength = 1 } = store.tool;
    for (const button of buttons)
      button.setAttribute(
        "aria-pressed",
        name === "allow" && allowed === (button.dataset.allowed === "true"),
      );
    const place = STRENGTHS.findIndex(([value]) => value >= strength);
    slider.value = place;
    words.textContent = STRENGTHS[place][1];
    slider.setAttribute("aria-valuetext", STRENGTHS[place][1]);
    const odds =
      strength === 1 ? "other codes are ruled out" : `the odds against it times ${(1 - strength).toFixed(2)}`;
    slider.title = `Strength, from a nudge to a must: ${odds}`;
  };
  store.addEventListener("tool", show);
  show();
}
