/** Pictures side by side over the stage, to choose one or more like it. */

import { choicesFor, nameOf } from "../page/session.js";
import { store } from "../page/store.js";

const MOST = 16;
const SIDEWAYS = { ArrowLeft: -1, ArrowRight: 1 };
const UPWARDS = { ArrowUp: -1, ArrowDown: 1 };

/**
 * Shows the choices on the stage when a run of several pictures has ended and nobody painted meanwhile. Returns a
 * function that opens or closes them.
 */
export function choices(element) {
  const board = element.querySelector(".choices");
  const list = board.querySelector("ul");
  const tiles = () => [...list.querySelectorAll(".choice")];
  let [columns, last, edited] = [1, null, false];

  function open() {
    const { url } = store.state.picture ?? {};
    const pictures = choicesFor(store.results, url).slice(0, MOST);
    if (pictures.length < 2) {
      store.say("There is nothing to compare yet: ask for more variations.");
      return;
    }
    columns = Math.ceil(Math.sqrt(pictures.length));
    list.style.setProperty("--columns", columns);
    list.replaceChildren(...pictures.map((picture, i) => tile(picture, i, picture.url === url)));
    board.hidden = false;
    (list.querySelector("[aria-current=true]") ?? tiles()[0]).focus({ preventScroll: true });
    store.say(`${pictures.length} pictures side by side: choose one, or press Escape.`);
  }

  function close() {
    if (board.hidden) return;
    const held = board.contains(document.activeElement);
    board.hidden = true;
    list.replaceChildren();
    if (held) element.querySelector(".surface").focus({ preventScroll: true });
  }

  function take(picture) {
    close();
    if (picture.url !== store.state.picture?.url) store.choose(picture);
  }

  function tile(picture, i, current) {
    const item = document.createElement("li");
    const [choice, more] = ["choice", "more"].map((className) =>
      Object.assign(document.createElement("button"), { type: "button", className }),
    );
    const image = document.createElement("img");
    Object.assign(image, { src: picture.url, alt: nameOf(picture) });
    choice.append(image);
    choice.setAttribute("aria-current", current);
    choice.title = `${nameOf(picture)}: put this picture on the canvas (${i + 1})`;
    choice.addEventListener("click", () => take(picture));
    more.textContent = "More like this";
    more.addEventListener("click", () => {
      take(picture);
      store.ask("more");
    });
    item.append(choice, more);
    return item;
  }

  board.querySelector(".close").addEventListener("click", close);
  board.addEventListener("keydown", (event) => {
    const all = tiles();
    const at = all.findIndex((choice) => choice.parentElement.contains(document.activeElement));
    const step = SIDEWAYS[event.key] ?? (UPWARDS[event.key] ?? 0) * columns;
    const byNumber = /^[1-9]$/.test(event.key) && all[Number(event.key) - 1];
    if (event.key === "Escape") close();
    else if (step) all[at + step]?.focus();
    else if (byNumber) byNumber.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  store.addEventListener("change", ({ detail }) => {
    if (!detail) edited = true; // else it is a step of the run
    close();
  });
  store.addEventListener("run", () => {
    const ended = store.run ? null : last;
    if (!last) edited = false;
    last = store.run;
    const { recipe, picture, pictures } = ended?.frame ?? {};
    const painting = edited || store.stroking;
    if (recipe && pictures > 1 && picture === pictures - 1 && !painting) open();
  });
  return () => (board.hidden ? open() : close());
}
