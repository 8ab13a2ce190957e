/** Shows the estimated time of longer runs. */

import { gradioElement } from "../page/commands.js";
import { partsToFill } from "../page/regions.js";
import { openCells } from "../page/state.js";
import { store } from "../page/store.js";
import { timeInWords } from "../page/units.js";

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

  const large = () => store.state.base.length > USUAL && openCells(store.state) > 0;
  const worthwhile = () => large() || partsToFill(store.state) > 1;

  // The time depends on the canvas and on many controls, so any change requests a new estimate.
  function ask() {
    const { state } = store;
    if (!worthwhile()) {
      asked = null;
      say("");
      return;
    }
    const { height: rows, width: columns, masked, pins, regions } = state;
    const key = JSON.stringify([rows, columns, masked, Object.keys(pins), regions]);
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
    const { seconds, canvas, evaluations } = props.value;
    const [height, width] = canvas;
    if (!worthwhile() || height !== store.state.height || width !== store.state.width) return;
    const parts = partsToFill(store.state);
    const why = [
      ...(large() ? [`${width}×${height} cells`] : []),
      ...(parts > 1 ? [`${parts} parts, up to ${evaluations} evaluations a step`] : []),
    ];
    say(`About ${timeInWords(seconds)} for ${why.join(", ")}`);
  });
  later();
}
