/** Asks how to open a picture that has another shape than the model's. */

import { files } from "../page/files.js";
import { centred, moved, pulled, resized } from "./cropping.js";

const STEP = 0.01; // of the picture's longer side, for a key; ten times that with Shift

export function mount({ element }) {
  const find = (selector) => element.querySelector(selector);
  const [dialog, form, sheet, image, box] = ["dialog", "form", ".sheet", "img", ".crop"].map(find);
  const [what, cropWords, shapeWords] = [".what", "#crop-words", ".shape-words"].map(find);
  let asked = null; // {picture, choose, cancel} of files.js
  let crop = null;

  const fit = () => form.elements.fit.value;

  function show() {
    const { width, height } = asked.picture;
    sheet.dataset.fit = fit();
    // The picture as wide or as high as there is room, and with its margins a square.
    sheet.style.setProperty("--shape", fit() === "whole" ? 1 : width / height);
    Object.assign(box.style, {
      left: `${(100 * crop.x) / width}%`,
      top: `${(100 * crop.y) / height}%`,
      width: `${(100 * crop.side) / width}%`,
      height: `${(100 * crop.side) / height}%`,
    });
    cropWords.textContent = `${crop.side}×${crop.side} pixels at ${crop.x}, ${crop.y}`;
  }

  function open(next) {
    asked = next;
    if (!asked) {
      dialog.close();
      return;
    }
    const { name, preview, width, height, columns, rows } = asked.picture;
    image.src = preview;
    what.textContent = `${name} has ${width}×${height} pixels, and the model paints squares.`;
    shapeWords.textContent = `${columns}×${rows} cells`;
    crop = centred(asked.picture);
    form.elements.fit.value = "crop";
    show();
    if (!dialog.open) dialog.showModal();
    box.focus({ preventScroll: true });
  }

  /** Close the question; returns the callbacks for its answer. */
  function answered() {
    const { choose, cancel } = asked;
    asked = null;
    return { choose, cancel };
  }

  form.addEventListener("submit", () => {
    const { x, y, side } = crop;
    const part = fit() === "crop" ? [x, y, side, side] : null;
    answered().choose({ fit: fit(), crop: part });
  });
  form.addEventListener("change", show);
  // Or the page's shortcuts would change the canvas below.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  find(".cancel").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => asked && answered().cancel());

  // --- the box ---------------------------------------------------------------------------------------

  const change = (next) => {
    crop = next;
    show();
  };

  const pointOf = ({ clientX, clientY }) => {
    const { left, top, width, height } = sheet.getBoundingClientRect();
    const { picture } = asked;
    return {
      x: ((clientX - left) / width) * picture.width,
      y: ((clientY - top) / height) * picture.height,
    };
  };

  box.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    box.focus({ preventScroll: true });
    box.setPointerCapture(event.pointerId);
    const [start, from] = [pointOf(event), crop];
    const { left, top } = event.target.dataset;
    const corner = event.target === box ? null : { left: left !== undefined, top: top !== undefined };
    const drag = (step) => {
      if (!asked) return; // closed meanwhile, by Escape
      const point = pointOf(step);
      change(
        corner
          ? pulled(from, corner, point, asked.picture)
          : moved(from, point.x - start.x, point.y - start.y, asked.picture),
      );
    };
    box.addEventListener("pointermove", drag);
    // However the drag ends, even if the box is no longer shown.
    box.addEventListener("lostpointercapture", () => box.removeEventListener("pointermove", drag), {
      once: true,
    });
  });

  box.addEventListener("keydown", (event) => {
    const { picture } = asked;
    const step =
      Math.max(1, Math.round(Math.max(picture.width, picture.height) * STEP)) * (event.shiftKey ? 10 : 1);
    const to = {
      ArrowLeft: () => moved(crop, -step, 0, picture),
      ArrowRight: () => moved(crop, step, 0, picture),
      ArrowUp: () => moved(crop, 0, -step, picture),
      ArrowDown: () => moved(crop, 0, step, picture),
      "+": () => resized(crop, step, picture),
      "=": () => resized(crop, step, picture),
      "-": () => resized(crop, -step, picture),
      _: () => resized(crop, -step, picture),
    }[event.key];
    if (event.key === "Enter") form.requestSubmit();
    else if (to) change(to());
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  files.addEventListener("choose", ({ detail }) => open(detail));
}
