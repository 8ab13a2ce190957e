/** Gradio's own buttons on the page, by the id that blocks.py gave them. */

/** A function that presses a button, so that a shortcut and a click are the same event. */
export const press = (id) => () => document.getElementById(id)?.click();

/** Show a button's shortcut in its tooltip. */
export function tellShortcut(id, key) {
  const button = document.getElementById(id);
  if (!button) return;
  button.title = `${button.textContent.trim()} (${key.replace("Control", "Ctrl")})`;
  button.setAttribute("aria-keyshortcuts", key);
}

/** Call `listener` whenever a button is pressed, by whatever means, before Gradio hears of it. */
export function onPress(id, listener) {
  document.addEventListener("click", (event) => event.target.closest?.(`#${id}`) && listener(event), {
    capture: true,
  });
}
