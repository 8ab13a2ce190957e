/** One run after the other: a press that asks for one while another is under way is kept, and made when that ends. */

import { onPress, press } from "../page/page.js";
import { again, openCells } from "../page/state.js";
import { store } from "../page/store.js";

const BUTTONS = ["generate", "more", "more-like-it", "relight", "blend"];

/** Let the buttons take turns. Returns what tells how many presses are kept; `told` is called when that changes. */
export function takeTurns(told) {
  let kept = [];

  const keep = (presses) => {
    kept = presses;
    told();
  };

  for (const id of BUTTONS)
    onPress(id, (event) => {
      if (!store.run) {
        store.ask();
        return;
      }
      event.stopImmediatePropagation();
      event.preventDefault();
      keep([...kept, id]);
      store.say("One more, as soon as this run has ended. Stop ends both.");
    });

  // Not at once: whoever else hears of the end of the run hears of it before the next one.
  store.addEventListener("run", () => {
    if (!store.run && kept.length) setTimeout(next);
  });

  function next() {
    if (store.run || !kept.length) return;
    const [first, ...others] = kept;
    keep(others);
    // It was pressed when there was something to fill, which the run before it has filled by now.
    if (first === "generate" && !openCells(store.state) && store.state.lastRegion) store.edit(again);
    press(first)();
  }

  store.addEventListener("stop", ({ detail }) => {
    if (!detail.instead && kept.length) keep([]);
  });
  return () => kept.length;
}
