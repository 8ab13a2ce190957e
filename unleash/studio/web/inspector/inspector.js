/** The inspector: the likeliest codes of a cell, heat maps, and re-masking of the worst cells. */

import { about } from "../page/codes.js";
import { patch } from "../page/patch.js";
import { predictions } from "../page/predictions.js";
import { codeOf, isKnown, mask, pin, unpin } from "../page/state.js";
import { store } from "../page/store.js";

const AFTER_A_CHANGE = 400; // ms until a cell that is looked at is asked about anew

export async function mount({ element }) {
  await store.started;
  const find = (selector) => element.querySelector(selector);
  const heats = [...element.querySelectorAll("[data-heat]")];
  const [slider, remask, likeliest] = [find(".repair input"), find(".remask"), find(".likeliest")];
  let heat = null;
  let inFront = false;

  // --- heat maps -----------------------------------------------------------------------------------

  // Only while the tab is visible, since the map could not be turned off otherwise.
  new ResizeObserver(() => {
    inFront = element.clientHeight > 0;
    predictions.showHeat(inFront ? heat : null);
  }).observe(element);

  for (const button of heats)
    button.addEventListener("click", () => {
      heat = button.dataset.heat || null;
      for (const other of heats) other.setAttribute("aria-pressed", other === button);
      predictions.showHeat(heat);
      tellHeat();
    });

  function tellHeat() {
    const { all } = predictions;
    if (!heat) find(".legend").textContent = "";
    else if (!all) find(".legend").textContent = "Asking the model…";
    else find(".legend").textContent = summary(all[heat]);
  }

  function summary(bits) {
    const known = bits.filter((value) => value !== null);
    if (!known.length) return "No cell has a tile yet.";
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    const most = Math.max(...known);
    return `Mean ${mean.toFixed(1)} bits, most ${most.toFixed(1)} at ${place(bits.indexOf(most))}`;
  }

  // --- repair --------------------------------------------------------------------------------------

  const cells = (n) => (n === 1 ? "the most surprising cell" : `the ${n} most surprising cells`);

  slider.addEventListener("input", () => (remask.textContent = `Re-mask ${cells(slider.valueAsNumber)}`));
  remask.textContent = `Re-mask ${cells(slider.valueAsNumber)}`;
  remask.addEventListener("click", async () => {
    remask.disabled = true;
    const all = await predictions.know();
    remask.disabled = false;
    if (!all) return;
    const worst = mostSurprising(all.surprise, slider.valueAsNumber);
    const done = worst.length && store.edit((state) => mask(state, worst));
    store.say(
      done ? `${worst.length} cells masked; Generate fills them again.` : "There is nothing to repair.",
    );
  });

  function mostSurprising(surprise, n) {
    const kept = store.state.base.map((_, cell) => cell);
    return kept
      .filter((cell) => surprise[cell] !== null && !(cell in store.state.pins))
      .sort((a, b) => surprise[b] - surprise[a])
      .slice(0, n);
  }

  // --- one cell ------------------------------------------------------------------------------------

  function place(cell) {
    const { width } = store.state;
    return `row ${Math.floor(cell / width) + 1}, column ${(cell % width) + 1}`;
  }

  function showCell() {
    const { cell, view } = predictions;
    if (cell === null) {
      find(".title").textContent = "No cell yet";
      find(".facts").textContent = "Take the Inspect tool (Q) and click a cell.";
      likeliest.replaceChildren();
      return;
    }
    const code = codeOf(store.state, cell);
    const content = isKnown(store.state, cell) ? `tile ${code}, ${about(code)}` : "empty";
    find(".title").textContent = `At ${place(cell)}: ${content}`;
    if (!view) {
      find(".facts").textContent = "Asking the model…";
      likeliest.replaceChildren();
      return;
    }
    const unsure = `entropy ${view.entropy.toFixed(1)} bits`;
    const surprise =
      view.present === null ? "nothing kept here" : `surprise ${view.surprise.toFixed(1)} bits`;
    find(".facts").textContent = `${surprise} · ${unsure}`;
    const focused = likeliest.contains(document.activeElement) && document.activeElement.dataset.code;
    likeliest.replaceChildren(
      ...view.codes.map((one, i) => line(cell, one, view.probabilities[i], view.present)),
    );
    if (focused) likeliest.querySelector(`[data-code="${focused}"]`)?.focus();
  }

  function line(cell, code, probability, present) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const pinned = store.state.pins[cell] === code;
    button.textContent = pinned ? "Unpin" : "Pin";
    button.title = `${button.textContent} tile ${code}`;
    button.setAttribute("aria-label", button.title);
    button.dataset.code = code;
    button.addEventListener("click", () => {
      store.edit((state) => (pinned ? unpin(state, [cell]) : pin(state, [cell], code)));
      store.say(`Tile ${code} ${pinned ? "no longer " : ""}pinned at ${place(cell)}.`);
    });
    const what = span("what", `${code} · ${about(code)}`);
    what.classList.toggle("present", code === present);
    if (code === present) what.title = "The current tile";
    const bar = span("bar", "");
    bar.style.setProperty("--share", probability);
    what.append(bar);
    item.append(inPlace(cell, code), what, span("percent", percent(probability)), button);
    return item;
  }

  const percent = (share) => (share < 0.0005 ? "< 0.1 %" : `${(share * 100).toFixed(1)} %`);

  function span(className, text) {
    const part = document.createElement("span");
    part.className = className;
    part.textContent = text;
    return part;
  }

  function inPlace(cell, code) {
    const picture = patch(store.state, cell, code, 120);
    picture.className = "thumb";
    return picture;
  }

  const again = () =>
    inFront && predictions.cell !== null && predictions.lookAt(predictions.cell, AFTER_A_CHANGE);

  predictions.addEventListener("change", tellHeat);
  predictions.addEventListener("cell", showCell);
  predictions.addEventListener("stale", again);
  store.addEventListener("change", again);
  showCell();
}
