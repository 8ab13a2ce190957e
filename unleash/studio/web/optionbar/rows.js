/** The lists in the bar's menus: each row has a button that uses something and one that deletes it. */

/**
 * Fill `list` with rows of `{text, title, use, deletion, remove}`, the name of a thing, what a click does, and the same
 * for its deletion; with a `colour`, a row has a swatch of it. If the focus was in a row that is gone, it moves to the
 * row in its place, or to `otherwise`.
 */
export function fillList(list, rows, otherwise) {
  const at = [...list.children].findIndex((item) => item.contains(document.activeElement));
  list.replaceChildren(...rows.map(itemOf));
  if (at < 0) return;
  const item = list.children[Math.min(at, rows.length - 1)];
  (item?.lastElementChild ?? otherwise).focus();
}

function itemOf({ text, title, use, deletion, remove, colour }) {
  const [item, words] = ["li", "span"].map((tag) => document.createElement(tag));
  const [take, gone] = [button("take", title, use), button("icon", deletion, remove)];
  words.textContent = text;
  take.append(...(colour ? [swatchOf(colour)] : []), words);
  gone.textContent = "×";
  gone.setAttribute("aria-label", deletion);
  item.append(take, gone);
  return item;
}

function button(className, title, act) {
  const element = document.createElement("button");
  Object.assign(element, { type: "button", className, title });
  element.addEventListener("click", act);
  return element;
}

function swatchOf(colour) {
  const mark = document.createElement("i");
  mark.className = "swatch";
  mark.style.background = colour;
  return mark;
}
