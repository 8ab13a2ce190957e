/** The table of public models, with the progress of a download. */

import { bytesInWords } from "../page/units.js";

export function mount({ element, props, trigger, watch }) {
  const [list, free, said] = ["ul", ".free", ".said"].map((selector) => element.querySelector(selector));

  let shown = null;

  function show() {
    if (!props.value) return;
    const { models, free: left, fetch } = props.value;
    const busy = fetch && !["done", "ended"].includes(fetch.stage);
    // While bytes arrive nothing else changes, and a button that is being pressed must stay.
    const key = JSON.stringify([models, busy && [fetch.name, fetch.stage]]);
    if (key !== shown) {
      const focused =
        list.contains(document.activeElement) && document.activeElement.closest("li").dataset.name;
      list.replaceChildren(...models.map((model) => row(model, left, busy ? fetch : null)));
      if (focused) list.querySelector(`[data-name="${focused}"] button`)?.focus();
      shown = key;
    }
    if (busy) advance(fetch, models.find(({ name }) => name === fetch.name).download);
    free.textContent = `${bytesInWords(left)} free on this disk.`;
    said.textContent = fetch?.said ?? "";
  }

  function row(model, left, fetch) {
    const item = document.createElement("li");
    item.dataset.name = model.name;
    const { name, paints, licence, download, disk, memory } = model;
    const facts = [
      `${bytesInWords(download)} to download, ${bytesInWords(disk)} on the disk`,
      `takes ${bytesInWords(memory)} of memory`,
      `licence: ${licence}`,
    ];
    item.append(text("b", name), text("span", paints), text("span", facts.join(" · "), "facts"));
    item.append(fetch?.name === name ? progress(fetch) : does(model, left, fetch));
    return item;
  }

  function does({ name, here, disk }, left, fetch) {
    const place = text("div", "", "does");
    const button = text("button", here ? "Use" : "Get");
    button.type = "button";
    button.setAttribute("aria-label", `${button.textContent} ${name}`);
    button.disabled = !here && (Boolean(fetch) || disk > left);
    if (!here && disk > left) button.title = `Not enough disk space: it takes ${bytesInWords(disk)}.`;
    button.addEventListener("click", () => trigger(here ? "use" : "get", { name }));
    place.append(button);
    return place;
  }

  function advance({ fetched, stage }, total) {
    if (stage !== "fetching") return;
    const share = Math.min(fetched / total, 1);
    list.querySelector("progress").value = share;
    list.querySelector(".done").textContent = `${Math.floor(100 * share)} %`;
  }

  function progress({ name, stage }) {
    const place = text("div", "", "does");
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", `Download of ${name}`);
    const button = text("button", "Cancel");
    button.type = "button";
    button.disabled = stage !== "fetching";
    button.addEventListener("click", () => trigger("cancel"));
    place.append(text("span", stage === "fetching" ? "" : "Converting…", "done"), bar, button);
    return place;
  }

  watch("value", show);
  trigger("look");
}

const text = (tag, words, className = "") =>
  Object.assign(document.createElement(tag), { textContent: words, className });
