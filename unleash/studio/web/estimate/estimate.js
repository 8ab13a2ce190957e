/** Shows the estimated time of longer runs. */

import { gradioElement } from "../page/commands.js";
import { partsToFill } from "../page/regions.js";
import { due, openCells } from "../page/state.js";
import { store } from "../page/store.js";
import { timeInWords } from "../page/units.js";
import { toServer } from "../page/wire.js";

const PAUSE = 500; // ms without a change before the server is asked

/** Number of cells above which an estimate is requested: the usual model's grid. */
const USUAL = 16 * 16;

export async function mount({ element, props, trigger, watch }) {
  await store.started;
  const line = element.querySelector("p");
  let timer = 0;
  let asked = null;

  const say = (words) => {
    if (words === line.textContent) return;
    line.textContent = words;
    store.tellRun({ estimate: words });
  };

  // What Generate leaves for later is not counted.
  const parts = () => partsToFill(due(store.state));
  const large = () => store.state.base.length > USUAL && openCells(store.state) > 0;
  const worthwhile = () => large() || parts() > 1;

  // The time depends on the canvas and on many controls, so any change requests a new estimate.
  function ask() {
    if (!worthwhile()) {
      asked = null;
      say("");
      return;
    }
    const filled = due(store.state);
    const { height, width, masked, pins, regions } = filled;
    const key = JSON.stringify([height, width, masked, Object.keys(pins), regions]);
    if (key === asked || store.run) return;
    asked = key;
    trigger("submit", toServer(filled));
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
    const { seconds, canvas, evaluations } = props.value;
    const [height, width] = canvas;
    if (!worthwhile() || height !== store.state.height || width !== store.state.width) return;
    const count = parts();
    const why = [
      ...(large() ? [`${width}×${height} cells`] : []),
      ...(count > 1 ? [`${count} parts, up to ${evaluations} evaluations a step`] : []),
    ];
    say(`About ${timeInWords(seconds)} for ${why.join(", ")}`);
  });
  later();
}
