/** A line on the canvas, with the earlier picture to its left and the current one to its right. */

import { store } from "../page/store.js";

const THUMB = 28; // CSS pixels: width of the slider's thumb (canvas.css); the line is at its middle

/** Returns a function that shows or hides the line. */
export function comparing(element, screen) {
  const board = element.querySelector(".divide");
  const slider = board.querySelector("input");
  const button = element.querySelector("[data-command=before]");

  function show() {
    const room = board.clientWidth - THUMB;
    screen.divide((THUMB / 2 + slider.valueAsNumber * room) / board.clientWidth);
  }

  function set(shown) {
    board.hidden = !shown;
    button.setAttribute("aria-pressed", shown);
    if (shown) show();
    else screen.divide(null);
  }

  slider.addEventListener("input", show);
  // Painting changes the current picture, which must be fully visible.
  store.addEventListener("change", () => board.hidden || set(false));
  return () => {
    if (board.hidden && !screen.comparable) {
      store.say("There is no picture before this one to compare with.");
      return;
    }
    set(board.hidden);
    if (!board.hidden) slider.focus({ preventScroll: true });
  };
}
