/** The welcome screen of an empty canvas: instructions and example pictures. */

import { command } from "../page/commands.js";
import { files } from "../page/files.js";
import { store } from "../page/store.js";
import { paintsOnBlank } from "./tools.js";

/** `examples` = [[name, path]]; `open(index)` asks the server for one. */
export function welcome(element, { examples, open }) {
  const board = element.querySelector(".welcome");
  const root = window.gradio_config?.root ?? "";

  const isEmpty = ({ base, codebook, pins, rules, regions, picture }) =>
    !picture &&
    !rules.length &&
    !regions.length &&
    !Object.keys(pins).length &&
    base.every((code) => code === codebook);

  function show() {
    const busy = store.run || store.preview || store.queue.replacing;
    board.hidden = Boolean(busy || paintsOnBlank(store.tool)) || !isEmpty(store.state);
  }

  board.querySelector("ul").append(
    ...examples.map(([name, path], index) => {
      const [item, button, image] = ["li", "button", "img"].map((tag) => document.createElement(tag));
      Object.assign(image, { src: `${root}/gradio_api/file=${path}`, alt: name });
      Object.assign(button, { type: "button", title: `Begin with ${name}` });
      button.addEventListener("click", () => {
        files.await();
        show();
        open(index);
      });
      button.append(image);
      item.append(button);
      return item;
    }),
  );
  board.querySelector(".own").addEventListener("click", () => command("open"));
  for (const type of ["change", "tool", "run", "preview"]) store.addEventListener(type, show);
  show();
}
