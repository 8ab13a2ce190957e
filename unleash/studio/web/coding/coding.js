/** A picture, its codes, what the decoder makes of them; the cell under the pointer is marked in all. */

import { Sprite } from "../page/codes.js";

export function mount({ element, props, watch }) {
  const find = (name) => element.querySelector(`.${name}`);
  const surface = find("codes");
  const rings = element.querySelectorAll(".ring");
  const sprite = new Sprite();
  let look = null;
  let chosen = null;

  const receive = {
    look(message) {
      look = message;
      for (const name of ["given", "decoded", "difference"]) find(name).src = message[name];
      find("pixels").textContent = `${message.side}×${message.side} pixels`;
      find("psnr").textContent = `${message.psnr.toFixed(1)} dB PSNR`;
      find("row").dataset.ready = "true";
      show();
      mark(null);
    },
    sheet: ({ sheet }) => sprite.load(sheet).then(show),
  };

  const size = () => [look.codes.length, look.codes[0].length];

  function show() {
    if (!look || !sprite.sheet) return;
    const context = surface.getContext("2d");
    const [rows, columns] = size();
    const side = surface.width / columns;
    context.clearRect(0, 0, surface.width, surface.height);
    look.codes.flat().forEach((code, cell) => {
      const [row, column] = [Math.floor(cell / columns), cell % columns];
      sprite.paint(context, code, column * side + 0.5, (row * surface.height) / rows + 0.5, side - 1);
    });
  }

  function mark(cell) {
    chosen = cell;
    for (const ring of rings) ring.style.display = cell ? "block" : "none";
    const output = find("code");
    if (!cell) {
      output.textContent = look ? `${look.codes.flat().length} of ${look.codebook}` : "";
      return;
    }
    const [rows, columns] = size();
    const [row, column] = cell;
    output.textContent = `row ${row + 1}, column ${column + 1}: code ${look.codes[row][column]}`;
    for (const ring of rings)
      Object.assign(ring.style, {
        left: `${(column / columns) * 100}%`,
        top: `${(row / rows) * 100}%`,
        width: `${100 / columns}%`,
        height: `${100 / rows}%`,
      });
  }

  for (const frame of element.querySelectorAll(".frame")) {
    frame.addEventListener("pointermove", (event) => {
      if (!look) return;
      const box = frame.getBoundingClientRect();
      const [rows, columns] = size();
      const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
      const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
      if (row >= 0 && row < rows && column >= 0 && column < columns) mark([row, column]);
    });
    frame.addEventListener("pointerleave", () => mark(null));
  }

  surface.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!by || !look) return;
    event.preventDefault();
    const now = chosen ?? [0, 0];
    const next = chosen ? now.map((place, axis) => place + by[axis]) : now;
    mark(next.map((place, axis) => Math.min(Math.max(place, 0), size()[axis] - 1)));
  });
  surface.addEventListener("blur", () => mark(null));

  const take = () => receive[props.value?.kind]?.(props.value);
  watch("value", take);
  take();
}
