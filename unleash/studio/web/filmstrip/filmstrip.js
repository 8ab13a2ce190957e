/** The filmstrip: the pictures of this session, to choose, star, name, find and delete. */

import { files } from "../page/files.js";
import { found, nameOf, pictureOf, placed } from "../page/session.js";
import { trouble } from "../page/storage.js";
import { store } from "../page/store.js";
import { receive, watchOver } from "./messages.js";

const WIDEST = 4; // times its height; what is wider is shown smaller

export async function mount({ element, props, server, watch }) {
  await store.started;
  const find = (selector) => element.querySelector(selector);
  const [bar, list, tree] = [".bar", ".results", ".tree"].map(find);
  const [search, starred, present] = [".search", ".starred", ".present"].map(find);
  const [title, star, deleted] = [".title", ".star", ".deleted"].map(find);
  let putBack = null;

  const current = () => pictureOf(store.results, store.state.picture?.url);

  // --- the pictures --------------------------------------------------------------------------------

  function showResults() {
    const { results } = store;
    const held = list.contains(document.activeElement) && document.activeElement.closest("li").dataset.id;
    bar.toggleAttribute("data-empty", !results.length && deleted.hidden);
    list.replaceChildren(...results.map(thumbnail));
    const grown = results.some(({ parent }) => parent);
    tree.hidden = !grown;
    if (grown && store.tool.tree) plant(results);
    showView(grown && store.tool.tree);
    filter();
    showCurrent();
    if (held) itemOf(held)?.firstChild.focus({ preventScroll: true });
  }

  const itemOf = (id) => [...list.children].find((item) => item.dataset.id === id);

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
    button.addEventListener("keydown", (event) => act(event, result));
    const item = document.createElement("li");
    item.dataset.id = result.id;
    item.toggleAttribute("data-starred", Boolean(result.starred));
    item.toggleAttribute("data-stopped", Boolean(result.unfinished));
    const { base } = result.recipe.canvas;
    item.style.setProperty("--ratio", Math.min(base?.[0]?.length / base?.length || 1, WIDEST));
    item.append(button);
    return item;
  }

  function filter() {
    const shown = new Set(found(store.results, search.value, store.tool.starredOnly));
    store.results.forEach((result, i) => (list.children[i].hidden = !shown.has(result)));
    starred.setAttribute("aria-pressed", Boolean(store.tool.starredOnly));
  }

  function showCurrent() {
    const picture = current();
    store.results.forEach((result, i) => {
      const [button] = list.children[i].children;
      const is = result === picture;
      if (is && button.getAttribute("aria-current") !== "true") reveal(list.children[i]);
      button.setAttribute("aria-current", is);
    });
    present.toggleAttribute("data-none", !picture);
    if (!picture) return;
    star.setAttribute("aria-pressed", Boolean(picture.starred));
    title.placeholder = nameOf({ ...picture, title: null });
    if (document.activeElement !== title) title.value = picture.title ?? "";
  }

  // Not scrollIntoView, which would scroll the page as well.
  function reveal({ offsetLeft, offsetTop, offsetWidth, offsetHeight }) {
    const past = (at, length, from, room) => Math.min(at, Math.max(from, at + length - room));
    list.scrollLeft = past(offsetLeft, offsetWidth, list.scrollLeft, list.clientWidth);
    list.scrollTop = past(offsetTop, offsetHeight, list.scrollTop, list.clientHeight);
  }

  // --- what the person says of them ----------------------------------------------------------------

  function remove(picture) {
    const item = itemOf(picture.id);
    const neighbour = (item.nextElementSibling ?? item.previousElementSibling)?.dataset.id;
    const held = item.contains(document.activeElement);
    putBack = store.session.remove(picture);
    deleted.hidden = false;
    bar.removeAttribute("data-empty");
    deleted.querySelector("span").textContent = `Deleted: ${nameOf(picture)}`;
    if (held && neighbour) itemOf(neighbour).firstChild.focus({ preventScroll: true });
    else if (held) deleted.querySelector("button").focus({ preventScroll: true });
  }

  function forget() {
    putBack = null;
    deleted.hidden = true;
  }

  function act(event, result) {
    if (event.key === "Delete") remove(result);
    else if (event.key === "F2") rename(result);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function rename(result) {
    if (result !== current()) store.choose(result);
    title.focus();
    title.select();
  }

  star.addEventListener("click", () => {
    const picture = current();
    store.session.describe(picture, { starred: !picture.starred });
  });
  title.addEventListener("change", () => {
    const picture = current();
    if (picture) store.session.describe(picture, { title: title.value.trim() || null });
  });
  title.addEventListener("keydown", ({ key }) => {
    if (key === "Enter" || key === "Escape") title.blur();
  });
  find(".delete").addEventListener("click", () => remove(current()));
  find(".undo").addEventListener("click", () => {
    putBack();
    forget();
    showResults();
  });
  search.addEventListener("input", filter);
  starred.addEventListener("click", () => {
    store.setTool({ starredOnly: !store.tool.starredOnly });
    filter();
  });
  tree.addEventListener("click", () => {
    store.setTool({ tree: !store.tool.tree });
    showResults();
  });

  find(".save-project").addEventListener("click", () => files.saveProject());
  for (const [type, hidden] of [
    ["full", false],
    ["kept", true],
  ])
    trouble.addEventListener(type, () => (find(".storage-full").hidden = hidden));
  store.addEventListener("results", showResults);
  store.addEventListener("change", () => {
    if (list.children.length === store.results.length) showCurrent();
  });
  store.addEventListener("run", () => store.run && forget());
  watchOver(server, () => store.announce("The connection was lost; what was made so far is kept."));
  store.addEventListener("stop", ({ detail }) => server.stop(detail.id));
  const hear = () => receive[props.value?.kind]?.(props.value);
  watch("value", hear);
  hear(); // The server may have sent the model's grid before this component listened.
  showResults();
}
