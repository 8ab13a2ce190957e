/** The forward process: a slider over time, and at each time the cells that are masked by then. */

import { Board } from "../page/board.js";

const SECONDS = 4; // from t = 0 to T when played

export function mount({ element, props, watch }) {
  const board = new Board(element.querySelector(".board"));
  const slider = element.querySelector("input");
  const play = element.querySelector(".play");
  let look = null;
  let playing = 0;

  function show() {
    if (!look) return;
    const t = Number(slider.value);
    const known = look.masked_at.map((row) => row.map((when) => when > t));
    board.cover(known);
    const cells = known.flat();
    const masked = cells.filter((is) => !is).length;
    element.querySelector(".time").textContent = `t = ${t} of ${look.steps}`;
    element.querySelector(".count").textContent = `${masked} of ${cells.length} cells are masked`;
  }

  function run() {
    const mine = ++playing;
    const from = Number(slider.value) < look.steps ? Number(slider.value) : 0;
    const began = performance.now();
    const frame = (now) => {
      if (playing !== mine) return;
      slider.value = from + ((now - began) / 1000 / SECONDS) * look.steps;
      show();
      if (Number(slider.value) < look.steps) requestAnimationFrame(frame);
      else playing = 0;
    };
    requestAnimationFrame(frame);
  }

  play.addEventListener("click", () => {
    if (playing) playing = 0;
    else if (look) run();
  });
  slider.addEventListener("input", () => {
    playing = 0;
    show();
  });
  async function receive() {
    if (props.value?.kind !== "look") return;
    look = props.value;
    slider.max = look.steps;
    await board.show(
      look.decoded,
      look.masked_at.map((row) => row.map(() => true)),
    );
    show();
  }

  watch("value", receive);
  receive();
}
