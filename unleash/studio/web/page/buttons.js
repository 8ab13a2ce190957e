/** Buttons with their keyboard shortcuts, read from the same attributes. */

import { command, offer } from "./commands.js";
import { fromAria, shortcut } from "./shortcuts.js";

/** The text of a button in the list of keys: its tooltip up to the key. */
const wordsOf = (button) => button.title.split(/ \(| ?: /)[0];

/**
 * Bind the buttons with `data-command` to `commands`, by their names, and offer these to the rest of the page.
 * Other parts of the page offer the other commands.
 */
export function bindButtons(element, commands = {}) {
  offer(commands);
  for (const button of element.querySelectorAll("[data-command]")) {
    const name = button.dataset.command;
    bind(button, commands[name] ?? (() => command(name)));
  }
}

/** Bind an action to a button and to the key in its aria-keyshortcuts. */
export function bind(button, act) {
  button.addEventListener("click", () => act());
  const key = button.getAttribute("aria-keyshortcuts");
  if (key) shortcut(fromAria(key), wordsOf(button), () => act());
}

/**
 * One tab stop for all buttons of a toolbar: arrow keys, Home and End go from one to the next that can be pressed.
 */
export function roving(toolbar) {
  const buttons = () =>
    [...toolbar.querySelectorAll("button")].filter((button) => !button.disabled && button.offsetParent);
  const stop = (button) => {
    for (const other of toolbar.querySelectorAll("button")) other.tabIndex = other === button ? 0 : -1;
  };
  toolbar.addEventListener("focusin", ({ target }) => target.matches("button") && stop(target));
  toolbar.addEventListener("keydown", (event) => {
    const all = buttons();
    const at = all.indexOf(document.activeElement);
    const next = {
      ArrowDown: all[(at + 1) % all.length],
      ArrowRight: all[(at + 1) % all.length],
      ArrowUp: all.at(at - 1),
      ArrowLeft: all.at(at - 1),
      Home: all[0],
      End: all.at(-1),
    }[event.key];
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    next.focus();
  });
  stop(toolbar.querySelector("button"));
}
