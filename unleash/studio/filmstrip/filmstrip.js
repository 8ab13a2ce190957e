/** The filmstrip: what the server sends of a run, its progress, and the pictures of this session. */

import { onPress } from "../browser/page.js";
import { store } from "../browser/store.js";

export function mount({ element, props, watch }) {
  const run = element.querySelector(".run");
  const bar = element.querySelector("progress");
  const words = element.querySelector(".words");
  const list = element.querySelector(".results");

  const receive = {
    frame: (message) => store.receiveFrame(message),
    canvas: (message) => store.receiveCanvas(message),
    idle: () => store.endRun(),
    file: ({ file, name }) => download(file.url, name),
  };

  function showRun() {
    const { run: live } = store;
    const before = run.dataset.state;
    run.dataset.state = live ? (live.waiting ? "waiting" : "running") : "idle";
    if (!live) {
      bar.value = before === "idle" ? 0 : bar.max;
      words.textContent = "Ready";
    } else if (live.waiting) {
      bar.removeAttribute("value");
      words.textContent = "Waiting for the model…";
    } else showStep(live.frame);
  }

  function showStep({ index, total, picture, pictures, seconds_left: left }) {
    bar.max = total * pictures;
    bar.value = picture * total + index;
    const which = pictures > 1 ? ` · picture ${picture + 1} of ${pictures}` : "";
    const time = left === null ? "" : ` · ${left.toFixed(1)} s left`;
    words.textContent = `Step ${index} of ${total}${which}${time}`;
  }

  function showResults() {
    list.replaceChildren(...store.results.map(thumbnail));
    showCurrent();
  }

  function thumbnail(result) {
    const button = document.createElement("button");
    const image = document.createElement("img");
    const seed = result.recipe?.settings.seed;
    image.src = result.url;
    image.alt = `Seed ${seed}`;
    button.type = "button";
    button.title = `Seed ${seed}: put this picture on the canvas`;
    button.append(image);
    button.addEventListener("click", () => store.choose(result));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }

  function showCurrent() {
    const url = store.timeline?.present.picture?.url;
    store.results.forEach((result, i) => {
      const [button] = list.children[i].children;
      button.setAttribute("aria-current", result.url === url);
    });
  }

  store.addEventListener("run", showRun);
  store.addEventListener("results", showResults);
  store.addEventListener("change", () => {
    if (list.children.length === store.results.length) showCurrent();
  });
  for (const button of ["generate", "more", "relight"]) {
    onPress(button, () => store.run ?? store.expectRun());
  }
  watch("value", () => receive[props.value?.kind]?.(props.value));
  showResults();
}

function download(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
