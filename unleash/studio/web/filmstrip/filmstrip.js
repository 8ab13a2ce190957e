/** The filmstrip: what the server sends of a run, its progress, and the pictures of this session. */

import { download, files } from "../page/files.js";
import { nameOf, placed } from "../page/session.js";
import { store } from "../page/store.js";

const PATIENCE = 5000; // ms without a word of a run before the server is asked
const TRIES = 2;

export function mount({ element, props, server, watch }) {
  const run = element.querySelector(".run");
  const bar = element.querySelector("progress");
  const words = element.querySelector(".words");
  const list = element.querySelector(".results");
  const tree = element.querySelector(".tree");

  const receive = {
    frame: (message) => store.receiveFrame(message),
    canvas: (message) => store.receiveCanvas(message, files.opened(message)),
    grid: whenStarted((message) => store.fit(message)),
    arrived: () => store.arrived("model"),
    end: (message) => store.endRun(message.run),
    file({ file, name, said }) {
      download(file.url, name);
      files.say(said);
    },
    pack: (message) => files.pack(message),
    unpacked: (message) => files.unpacked(message),
  };

  function showRun() {
    const { run: live, following } = store;
    const before = run.dataset.state;
    run.dataset.state = live ? (live.waiting ? "waiting" : "running") : following.length ? "waiting" : "idle";
    if (!live && following.length) {
      bar.removeAttribute("value");
      words.textContent = "Waiting for the canvas…";
    } else if (!live) {
      bar.value = before === "idle" ? 0 : bar.max;
      words.textContent = "Ready";
    } else if (live.live) {
      // Over in a moment, which a moving bar would only make longer.
      bar.value = 0;
      words.textContent = `Filling…${more()}`;
    } else if (live.waiting) {
      bar.removeAttribute("value");
      words.textContent = `Waiting for the model…${more()}`;
    } else showStep(live.frame);
  }

  function more() {
    const { length } = store.following;
    return length ? ` · ${length} more to follow` : "";
  }

  function showStep({ index, total, picture, pictures, seconds_left: left }) {
    bar.max = total * pictures;
    bar.value = picture * total + index;
    const which = pictures > 1 ? ` · picture ${picture + 1} of ${pictures}` : "";
    const time = left === null ? "" : ` · ${left.toFixed(1)} s left`;
    words.textContent = `Step ${index} of ${total}${which}${time}${more()}`;
  }

  function showResults() {
    const { results } = store;
    list.replaceChildren(...results.map(thumbnail));
    const grown = results.some(({ parent }) => parent);
    tree.hidden = !grown;
    if (grown && store.tool.tree) plant(results);
    showView(grown && store.tool.tree);
    showCurrent();
  }

  function showView(asTree) {
    list.dataset.view = asTree ? "tree" : "strip";
    tree.setAttribute("aria-pressed", asTree);
  }

  function plant(results) {
    const places = placed(results);
    results.forEach((result, i) => {
      const { row, column, up } = places.get(result);
      const item = list.children[i];
      item.style.gridArea = `${row + 1} / ${column + 1}`;
      item.style.setProperty("--up", up);
      if (column > 0) item.dataset.up = up;
    });
  }

  function thumbnail(result) {
    const button = document.createElement("button");
    const image = document.createElement("img");
    const name = nameOf(result);
    image.src = result.url;
    image.alt = name;
    button.type = "button";
    button.title = `${name}: put this picture on the canvas`;
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
      const current = result.url === url;
      if (current && button.getAttribute("aria-current") !== "true") reveal(list.children[i]);
      button.setAttribute("aria-current", current);
    });
  }

  // Not scrollIntoView, which would scroll the page as well.
  function reveal({ offsetLeft, offsetTop, offsetWidth, offsetHeight }) {
    const past = (at, length, from, room) => Math.min(at, Math.max(from, at + length - room));
    list.scrollLeft = past(offsetLeft, offsetWidth, list.scrollLeft, list.clientWidth);
    list.scrollTop = past(offsetTop, offsetHeight, list.scrollTop, list.clientHeight);
  }

  store.addEventListener("run", showRun);
  store.addEventListener("results", showResults);
  store.addEventListener("change", () => {
    if (list.children.length === store.results.length) showCurrent();
  });
  watchOver(server, () => (words.textContent = "The connection was lost; what was made so far is kept."));
  store.addEventListener("stop", ({ detail }) => server.stop(detail.id));
  tree.addEventListener("click", () => {
    store.setTool({ tree: !store.tool.tree });
    showResults();
  });
  const hear = () => receive[props.value?.kind]?.(props.value);
  watch("value", hear);
  hear(); // Of the model's grid the server may have told before this was there to listen.
  showResults();
}

// The canvas may be taken up after this component is there.
const whenStarted = (act) => (message) =>
  store.timeline ? act(message) : store.addEventListener("results", () => act(message), { once: true });

/**
 * A run that nothing was heard of for long may have ended unheard, or the connection is lost: `server.ended(id)` is
 * asked, and `lost` called if it cannot be reached.
 */
function watchOver(server, lost) {
  let timer = 0;

  async function ask(id, tries) {
    const ended = await server.ended(id); // undefined where there is no answer
    if (store.run?.id !== id) return;
    if (ended) store.endRun(id);
    else if (ended === false) wait(id, TRIES);
    else if (tries > 1) wait(id, tries - 1);
    else {
      store.stopRun();
      lost();
    }
  }

  function wait(id, tries) {
    clearTimeout(timer);
    timer = setTimeout(() => ask(id, tries), PATIENCE);
  }

  store.addEventListener("run", () => {
    clearTimeout(timer);
    if (store.run) wait(store.run.id, TRIES);
  });
}
