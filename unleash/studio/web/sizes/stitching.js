/** Two pictures in one: which is the second, how they lie, how wide the seam is. */

import { stitched, withSeam } from "../page/growing.js";
import { keepOriginal } from "../page/images.js";
import { redraw } from "../page/redraw.js";
import { clearMask } from "../page/state.js";
import { store } from "../page/store.js";
import { madeAs, openedBy } from "../page/wire.js";
import { pasted } from "../page/blending.js";

/** `open(file, axis)` asks the server for a picture to join; returns the function that receives its answer. */
export function stitching(element, open) {
  const file = element.querySelector(".second-file");
  const seam = element.querySelector(".seam");
  const words = element.querySelector(".seam-words");
  const list = element.querySelector(".seconds");
  const axis = () => element.querySelector("[name=stitch-axis]:checked").value;

  async function join(second) {
    const [chosen, wide] = [axis(), Number(seam.value)];
    const both = (first, url = null) => stitched(first, second, chosen, wide, url);
    const draw = (first) => {
      const apart = chosen === "horizontal" ? { top: 0, left: first.width } : { top: first.height, left: 0 };
      return pasted(first, both(first), [
        { of: first, top: 0, left: 0 },
        { of: second, ...apart },
      ]);
    };
    try {
      if (await redraw(store, draw, both))
        store.say("Stitched. Set the width of the seam, then press Generate.");
    } catch (error) {
      store.say(error.message);
    }
  }

  function showResults() {
    const item = document.createElement("li");
    const button = document.createElement("button");
    Object.assign(button, {
      type: "button",
      className: "file",
      title: "A picture of any shape, as high or as wide as this one where they meet",
      textContent: "Open…",
    });
    button.addEventListener("click", () => file.click());
    item.append(button);
    list.replaceChildren(...store.results.map(thumbnail), item);
  }

  function thumbnail(result, i) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const image = document.createElement("img");
    image.src = result.url;
    image.alt = `Picture ${i + 1} of this session`;
    Object.assign(button, {
      type: "button",
      className: "shown",
      title: "Join the current picture with this one",
    });
    button.append(image);
    button.addEventListener("click", () => join(madeAs(result, store.state.cell)));
    item.append(button);
    return item;
  }

  const show = () => {
    const joined = store.state.seam;
    seam.max = joined?.room ?? 16;
    if (joined) seam.value = joined.cells;
    words.textContent = seam.value;
  };
  let opening = null; // the file that is awaited
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    file.value = "";
    if (!chosen) return;
    opening = chosen;
    try {
      await open(chosen, axis());
    } catch {
      store.say(`${chosen.name} could not be uploaded: try again.`);
    }
  });
  // One drag of the slider undoes as one edit.
  seam.addEventListener("input", () => {
    if (!store.stroking) store.beginStroke();
    words.textContent = seam.value;
    store.stroke((state) => withSeam(state, Number(seam.value)));
  });
  seam.addEventListener("change", () => store.endStroke());
  store.addEventListener("change", show);
  store.addEventListener("results", showResults);
  show();
  showResults();

  return (message) => {
    const { box, size } = message;
    const photo = box && opening ? { key: keepOriginal(opening), box, size } : null;
    return join(clearMask(openedBy(message, store.state, photo).state));
  };
}
