/** What the page does when it is asked by name, by whatever: Gradio's buttons (component.py), shortcuts, modules. */

const commands = new Map();
const kept = new Map();

/** Offer commands: an object of functions by their names. Those that were asked for already are done at once. */
export function offer(given) {
  for (const [name, act] of Object.entries(given)) {
    commands.set(name, act);
    const wanted = kept.get(name);
    if (kept.delete(name)) queueMicrotask(() => act(wanted));
  }
}

/** Do what is offered under this name, with what it needs to know; as soon as it is, if the page is still loading. */
export function command(name, given) {
  const act = commands.get(name);
  if (act) return act(given);
  kept.set(name, given);
  return null;
}

/** The element that Gradio made of a component, by the id that blocks.py gave it; throws an error if it is not there. */
export function gradioElement(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`There is no element #${id} on the page.`);
  return element;
}

/** Bring a tab to the front. */
export const showTab = (id) => gradioElement(`${id}-button`).click();

/** Show a button's shortcut in its tooltip. */
export function tellShortcut(id, key) {
  const button = gradioElement(id);
  button.title = `${button.textContent.trim()} (${key.replace("Control", "Ctrl")})`;
  button.setAttribute("aria-keyshortcuts", key);
}
