/** The toolbar's buttons and the page's shortcuts: two ways to the same commands. */

import { clamp } from "../page/geometry.js";
import * as history from "../page/history.js";
import { blank, clearMask, clearPins, invert, maskAll, openCells } from "../page/state.js";
import { command, tellShortcut } from "../page/commands.js";
import { store } from "../page/store.js";
import { choices } from "./choices.js";
import { shortcuts } from "./keyboard.js";
import { MAX_SOFT, MIN_SOFT, resized } from "./softbrush.js";

const MAX_SIZE = 8;
const STEP = 1.5;

export function bindToolbar(element, screen) {
  const edit = (change, sentence) => () => {
    store.say(store.edit(change) ? sentence : "Nothing to change.");
  };
  const resize = (by) => () => {
    const { name, size, softSize } = store.tool;
    if (name === "soft") store.setTool({ softSize: resized(softSize, by) });
    else store.setTool({ size: clamp(size + by, 1, MAX_SIZE) });
  };
  const commands = {
    undo: () => store.undo(),
    redo: () => store.redo(),
    smaller: resize(-1),
    larger: resize(1),
    "mask-all": edit(maskAll, "Every cell masked."),
    "clear-mask": edit(clearMask, "Mask cleared."),
    "clear-pins": edit(clearPins, "Pins removed."),
    invert: edit(invert, "Mask inverted."),
    new: () => {
      store.regrid(blank);
      store.say("Blank canvas: everything is masked.");
    },
    live: () => {
      store.setTool({ live: !store.tool.live });
      store.say(store.tool.live ? "Live: each stroke is filled at once." : "Live is off.");
    },
    compare: choices(element),
    grid: () => store.setTool({ grid: !store.tool.grid }),
    "zoom-in": () => screen.zoom(STEP),
    "zoom-out": () => screen.zoom(1 / STEP),
    fit: () => screen.fit(),
  };
  const pickTool = (name) => () => store.setTool({ name });

  for (const button of element.querySelectorAll("[data-command]"))
    button.addEventListener("click", commands[button.dataset.command]);
  const tools = [...element.querySelectorAll("[data-tool]")];
  for (const button of tools) button.addEventListener("click", pickTool(button.dataset.tool));

  shortcuts({
    ...shortcutsOf(element, commands, pickTool),
    "ctrl+shift+z": commands.redo,
    "ctrl+y": commands.redo,
    "=": commands["zoom-in"],
    "ctrl+enter": () => command("generate"),
    "ctrl+.": () => command("stop"),
    "ctrl+s": () => command("save"),
  });
  tellShortcut("generate", "Control+Enter");
  tellShortcut("stop", "Control+.");
  tellShortcut("save", "Control+S");
  holdToPan(element.querySelector("canvas"));

  const button = (name) => element.querySelector(`[data-command="${name}"]`);
  const showTool = () => {
    const { name, size, softSize, grid, live } = store.tool;
    const soft = name === "soft";
    for (const tool of tools) tool.setAttribute("aria-pressed", tool.dataset.tool === name);
    const output = element.querySelector(".size");
    output.textContent = soft ? softSize : size;
    output.title = soft ? "Brush size in pixels" : "Brush size in cells";
    button("smaller").disabled = soft ? softSize === MIN_SOFT : size === 1;
    button("larger").disabled = soft ? softSize === MAX_SOFT : size === MAX_SIZE;
    button("grid").setAttribute("aria-pressed", grid);
    button("live").setAttribute("aria-pressed", Boolean(live));
  };
  const showState = () => {
    button("undo").disabled = !history.canUndo(store.timeline);
    button("redo").disabled = !history.canRedo(store.timeline);
    element.querySelector(".counts").textContent = counts(store.state);
  };
  store.addEventListener("tool", showTool);
  store.addEventListener("change", showState);
}

// Each button names its key in aria-keyshortcuts, so that a tooltip and the key cannot disagree.
function shortcutsOf(element, commands, pickTool) {
  const keys = {};
  for (const button of element.querySelectorAll("[aria-keyshortcuts]")) {
    const { command: name, tool } = button.dataset;
    const key = button.getAttribute("aria-keyshortcuts").toLowerCase().replace("control", "ctrl");
    keys[key] = name ? commands[name] : pickTool(tool);
  }
  return keys;
}

function counts(state) {
  const pins = Object.keys(state.pins).length;
  const open = openCells(state);
  const kept = state.base.length - open - pins;
  const pinned = pins ? ` · ${pins} pinned` : "";
  return `${open} to fill · ${kept} kept${pinned}`;
}

/** While H is held down, a drag moves the picture instead of painting. */
function holdToPan(surface) {
  const set = (held) => (event) => {
    if (event.key.toLowerCase() === "h") surface.dataset.panning = held;
  };
  document.addEventListener("keydown", set(true));
  document.addEventListener("keyup", set(false));
}
