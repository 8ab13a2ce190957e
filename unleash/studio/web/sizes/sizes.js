/** The tab "Size": a canvas of another size, two pictures in one. */

import { pasted } from "../page/blending.js";
import { extended, MAX_SIDE } from "../page/growing.js";
import { redraw } from "../page/redraw.js";
import { blank } from "../page/state.js";
import { store } from "../page/store.js";
import { stitching } from "./stitching.js";

export async function mount({ element, props, trigger, upload, watch }) {
  await store.started;
  const join = stitching(element, async (file, axis) =>
    trigger("upload", { path: (await upload(file)).path, axis }),
  );
  growing(element);
  watch("value", () => props.value && join(props.value));
}

/** New canvases of any size, and more cells on the sides of the current one. */
function growing(element) {
  const [columns, rows, by] = ["columns", "rows", "by"].map((name) => element.querySelector(`.${name}`));
  const pixels = element.querySelector(".pixels");
  const sides = [...element.querySelectorAll("[data-side]")];

  const fits = (side, more) => store.state[alongOf(side)] + more <= MAX_SIDE;

  const showPixels = () => {
    const { cell } = store.state;
    pixels.textContent = `${columns.value * cell} × ${rows.value * cell} px`;
  };

  element.querySelector(".new").addEventListener("submit", (event) => {
    event.preventDefault();
    const grid = { height: Number(rows.value), width: Number(columns.value) };
    store.regrid((state) => blank({ ...state, ...grid }));
    store.say(`A blank canvas of ${grid.width} by ${grid.height} cells.`);
  });

  async function extend(side) {
    const more = Math.floor(Number(by.value));
    if (!(more >= 1 && fits(side, more))) {
      store.say(`Enter the number of cells to add: 1 or more, and at most ${MAX_SIDE} on a side.`);
      return;
    }
    const wider = (state, url = null) => extended(state, { [side]: more }, url);
    const place = { top: side === "top" ? more : 0, left: side === "left" ? more : 0 };
    const draw = (state) => state.picture && pasted(state, wider(state), [{ ...place, of: state }]);
    if (await redraw(store, draw, wider))
      store.say(`The canvas now has ${store.state.width} by ${store.state.height} cells.`);
  }

  const show = () => {
    const more = Number(by.value);
    for (const button of sides) {
      button.disabled = !fits(button.dataset.side, more);
    }
    showPixels();
  };
  for (const button of sides) button.addEventListener("click", () => extend(button.dataset.side));
  for (const input of [columns, rows]) input.addEventListener("input", showPixels);
  by.addEventListener("input", show);
  store.addEventListener("change", show);
  show();
}

const alongOf = (side) => (side === "left" || side === "right" ? "width" : "height");
