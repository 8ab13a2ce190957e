/** The list of keys. */

import { keysInWords } from "../page/shortcuts.js";

const ON_THE_CANVAS = [
  ["Arrow keys", "Move from cell to cell, when the canvas has the focus"],
  ["Space, Enter", "Paint the cell with the tool"],
  ["Shift+Arrow keys", "Paint along the way"],
  ["Alt", "Reverse the tool"],
  ["Shift+drag", "Resize the brush"],
  ["Wheel", "Zoom"],
];

/** Returns a function that shows the list in `dialog`. */
export function keyList(dialog) {
  const list = dialog.querySelector("dl");
  const line = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  // A click beside it closes it.
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  return () => {
    if (dialog.open) return dialog.close();
    const lines = [...keysInWords(), ...ON_THE_CANVAS].map(([key, words]) => {
      const pair = document.createElement("div");
      pair.append(line("dt", key), line("dd", words));
      return pair;
    });
    list.replaceChildren(...lines);
    dialog.showModal();
  };
}
