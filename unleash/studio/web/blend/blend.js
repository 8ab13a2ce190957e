/** The pictures of the session to blend with: the others of the same size. */

import { nameOf } from "../page/session.js";
import { sameGrid } from "../page/state.js";
import { store } from "../page/store.js";
import { fromServer, rows } from "../page/wire.js";

export async function mount({ element, props }) {
  await store.started;
  const list = element.querySelector(".others");
  let [chosen, shown, drawnFor] = [null, null, null];

  const fits = ({ url, recipe }) =>
    url !== store.state.picture?.url && sameGrid(fromServer(recipe.canvas), store.state);

  function choose(picture) {
    chosen = picture;
    props.value = { codes: picture && rows(store.state, picture.codes) };
    for (const { firstChild: button } of list.children)
      button.setAttribute("aria-pressed", button.dataset.id === chosen?.id);
  }

  function thumbnail(picture) {
    const [item, button, image] = ["li", "button", "img"].map((tag) => document.createElement(tag));
    image.src = picture.url;
    image.alt = nameOf(picture);
    Object.assign(button, { type: "button", title: `${nameOf(picture)}: blend with this picture` });
    button.dataset.id = picture.id;
    button.append(image);
    button.addEventListener("click", () => choose(picture));
    item.append(button);
    return item;
  }

  const placeOf = ({ picture, height, width }) => `${height} ${width} ${picture?.url}`;

  function show() {
    drawnFor = placeOf(store.state);
    const others = store.results.filter(fits);
    const now = others.map(({ id, url }) => id + url).join();
    if (now === shown) return;
    shown = now;
    list.replaceChildren(...others.map(thumbnail));
    choose(others.find(({ id }) => id === chosen?.id) ?? null);
  }

  store.addEventListener("results", show);
  // A stroke changes the canvas, but not which pictures fit it.
  store.addEventListener("change", () => placeOf(store.state) === drawnFor || show());
  show();
}
