/** Commands of the page by name, for Gradio's buttons (component.py), shortcuts and modules. */

const commands = new Map();
const kept = new Map();

/** Register commands, an object of functions by name. Those already requested run at once. */
export function offer(given) {
  for (const [name, act] of Object.entries(given)) {
    commands.set(name, act);
    const wanted = kept.get(name);
    if (kept.delete(name)) queueMicrotask(() => act(wanted));
  }
}

/** Run a command with its arguments; if it is not registered yet, as soon as it is. */
export function command(name, given) {
  const act = commands.get(name);
  if (act) return act(given);
  kept.set(name, given);
  return null;
}

/** Gradio's element of a component, by its id in blocks.py; throws if there is none. */
export function gradioElement(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`There is no element #${id} on the page.`);
  return element;
}

/** Select a tab. */
export const showTab = (id) => gradioElement(`${id}-button`).click();

/** Show a button's shortcut in its tooltip. */
export function tellShortcut(id, key) {
  const button = gradioElement(id);
  button.title = `${button.textContent.trim()} (${key.replace("Control", "Ctrl")})`;
  button.setAttribute("aria-keyshortcuts", key);
}
