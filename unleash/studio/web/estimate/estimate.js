/** Says beforehand about how long a run will take, where that is more than a moment. */

import { gradioElement } from "../page/commands.js";
import { openCells } from "../page/state.js";
import { store } from "../page/store.js";

const PAUSE = 500; // ms without a change before the server is asked

/** Cells above which it is worth asking: those of the usual model's own grid. */
const USUAL = 16 * 16;

export function mount({ element, props, trigger, watch }) {
  const line = element.querySelector("p");
  let timer = 0;
  let asked = null;

  const say = (words) => {
    line.textContent = words;
    store.tellEstimate(words);
  };

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
    trigger("submit");
  }

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };

  store.addEventListener("change", later);
  for (const type of ["input", "change"])
    gradioElement("desk").addEventListener(type, ({ target }) => {
      if (target.closest("#sizes")) return;
      asked = null;
      later();
    });
  watch("value", () => {
    const { seconds, canvas } = props.value;
    const [height, width] = canvas;
    if (!large() || height !== store.state.height || width !== store.state.width) return;
    say(`${width}×${height} cells: Generate will take about ${inWords(seconds)}.`);
  });
  if (store.timeline) later();
}

function inWords(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}
