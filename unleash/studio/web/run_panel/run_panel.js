/** Generate, Stop, Resume, Again, the results of the last region, and the progress. */

import { command, gradioElement } from "../page/commands.js";
import { store } from "../page/store.js";
import { statusOf } from "./status.js";

export async function mount({ element, props, watch }) {
  await store.started;
  const run = element.querySelector(".run");
  const find = (selector) => run.querySelector(selector);
  const [bar, words, place, said] = ["progress", ".words", ".place", ".said"].map(find);
  const nothing = find(".nothing");
  let ended = null; // what became of the last run, until the canvas changes

  // Not `disabled`, which would remove the focus from the button just pressed.
  const enable = (selector, is) => find(selector).setAttribute("aria-disabled", !is);

  function showRun() {
    const { state, value, max, text, stopped } = statusOf(store, ended);
    run.dataset.state = state;
    run.toggleAttribute("data-stopped", stopped);
    if (value === null) bar.removeAttribute("value");
    else Object.assign(bar, { max, value });
    words.textContent = words.title = text;
    const busy = state !== "idle";
    enable("#stop", busy);
    enable("#resume", !busy && store.unfinished);
    enable("#again", store.state.lastRegion);
    showTakes();
  }

  function showTakes() {
    const { all, at } = store.takes.present;
    place.textContent = all.length ? `${at + 1} of ${all.length}` : "";
    for (const name of ["previous", "next", "accept"]) enable(`.${name}`, all.length);
    enable(".discard", all.length && store.takes.canDiscard);
  }

  function leaf(by) {
    store.takes.leaf(by);
    const { all, at } = store.takes.present;
    if (all.length) said.textContent = `Result ${at + 1} of ${all.length}`;
  }

  function offer() {
    nothing.hidden = false;
    nothing.querySelector("button").focus({ preventScroll: true });
    said.textContent = "Nothing is masked. Make a new picture, or paint a mask first.";
  }

  function close(back = null) {
    const held = nothing.contains(document.activeElement);
    nothing.hidden = true;
    if (held) (back ?? find("#generate")).focus({ preventScroll: true });
  }

  const on = (selector, act) =>
    find(selector).addEventListener("click", ({ currentTarget }) => {
      if (currentTarget.getAttribute("aria-disabled") !== "true") act();
    });
  for (const name of ["generate", "stop", "resume", "again"]) on(`#${name}`, () => command(name));
  on(".previous", () => leaf(-1));
  on(".next", () => leaf(1));
  on(".accept", () => {
    store.takes.accept();
    said.textContent = "Kept.";
  });
  on(".discard", () => {
    store.takes.discard();
    said.textContent = "The cells from before are back.";
  });
  on(".new", () => {
    close();
    command("new-picture");
  });
  on(".paint", () => {
    close(gradioElement("canvas").querySelector("canvas"));
    store.setTool({ name: "mask" });
    store.say("Paint over what should change, then press Generate.");
  });
  run.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape" && !nothing.hidden) close();
    else if (by && nothing.hidden && store.takes.present.all.length) leaf(by);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!nothing.hidden && !run.contains(target)) close();
  });

  store.addEventListener("nothing", offer);
  store.addEventListener("announce", ({ detail }) => {
    ended = detail;
    said.textContent = detail;
    showRun();
  });
  store.addEventListener("run", () => {
    if (store.run) ended = null;
    showRun();
  });
  store.addEventListener("change", ({ detail }) => {
    if (detail) return; // a step of the run, which is announced separately
    ended = null;
    nothing.hidden = true;
    showRun();
  });
  store.addEventListener("results", showRun);
  const hear = () => props.value && store.tellRun({ loading: false });
  watch("value", hear);
  hear();
  showRun();
}
