/** Says beforehand about how long a run will take, where that is more than a moment. */

import { press } from "../page/page.js";
import { openCells } from "../page/state.js";
import { store } from "../page/store.js";

const PAUSE = 500;

/** Cells above which it is worth asking: those of the usual model's own grid. */
const USUAL = 16 * 16;

/** Returns what shows the server's answer. */
export function timing() {
  const line = document.createElement("p");
  line.id = "time-ahead";
  line.ariaLive = "polite";
  document.getElementById("run-row")?.after(line);
  let timer = 0;
  let asked = null;

  const say = (words) => (line.textContent = words);

  const large = () => store.state.base.length > USUAL && openCells(store.state) > 0;

  // What it takes depends on the canvas and on many controls: asked anew when any of them changed.
  function ask() {
    const { state } = store;
    if (!large()) {
      asked = null;
      say("");
      return;
    }
    const key = `${state.height} ${state.width} ${state.masked.join()} ${Object.keys(state.pins)}`;
    if (key === asked || store.run) return;
    asked = key;
    press("ask-time")();
  }

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };

  store.addEventListener("change", later);
  for (const type of ["input", "change"])
    document.getElementById("desk")?.addEventListener(type, ({ target }) => {
      if (target.closest("#sizes")) return;
      asked = null;
      later();
    });
  if (store.timeline) later();

  return ({ seconds, canvas: [height, width] }) => {
    const { state } = store;
    if (!large() || height !== state.height || width !== state.width) return;
    say(`${width}×${height} cells: Generate will take about ${inWords(seconds)}.`);
  };
}

function inWords(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}
