/** The toolbar's buttons and the page's shortcuts: two ways to the same commands. */

import { bind, bindButtons, roving } from "../page/buttons.js";
import { command, tellShortcut } from "../page/commands.js";
import { held, listenToKeys, shortcut } from "../page/shortcuts.js";
import { blank, clearMask, clearPins, invert, maskAll, openCells, waiting } from "../page/state.js";
import { store } from "../page/store.js";
import { choices } from "./choices.js";
import { comparing } from "./comparing.js";
import { keyList } from "./keylist.js";

const STEP = 1.5;

export function bindToolbar(element, screen) {
  const edit = (change, sentence) => () => {
    store.say(store.edit(change) ? sentence : "Nothing to change.");
  };
  const toolbar = element.querySelector(".toolbar");
  const commands = {
    undo: () => store.undo(),
    redo: () => store.redo(),
    "mask-all": edit(maskAll, "Every cell masked."),
    "clear-mask": edit(clearMask, "Mask cleared."),
    "clear-pins": edit(clearPins, "Pins removed."),
    invert: edit(invert, "Mask inverted."),
    new: () => {
      store.regrid(blank);
      store.say("Blank canvas: everything is masked.");
    },
    compare: choices(element),
    before: comparing(element, screen),
    grid: () => store.setTool({ grid: !store.tool.grid }),
    "zoom-in": () => screen.zoom(STEP),
    "zoom-out": () => screen.zoom(1 / STEP),
    "actual-size": () => screen.zoomToActualSize(),
    fit: () => screen.fit(),
    "full-screen": toggleFullScreen,
    keys: keyList(element.querySelector(".keys")),
  };
  const tools = [...toolbar.querySelectorAll("[data-tool]")];
  for (const button of tools) bind(button, () => store.setTool({ name: button.dataset.tool }));
  bindButtons(element, commands);
  roving(toolbar);

  shortcut("ctrl+y", null, commands.redo);
  shortcut("=", null, commands["zoom-in"]);
  for (const [id, key, words] of [
    ["generate", "ctrl+enter", "Generate"],
    ["stop", "ctrl+.", "Stop"],
  ]) {
    shortcut(key, words, () => command(id));
    tellShortcut(
      id,
      key.replace("ctrl", "Control").replace(/\w+$/, (name) => name[0].toUpperCase() + name.slice(1)),
    );
  }
  holds(screen);
  listenToKeys();

  const button = (name) => element.querySelector(`[data-command="${name}"]`);
  const showTool = () => {
    const { name, grid } = store.tool;
    for (const tool of tools) tool.setAttribute("aria-pressed", tool.dataset.tool === name);
    button("grid").setAttribute("aria-pressed", grid);
  };
  const showState = () => {
    element.querySelector(".counts").textContent = counts(store.state);
  };
  store.addEventListener("tool", showTool);
  store.addEventListener("change", showState);
  showTool();
  showState();
}

function counts(state) {
  const pins = Object.keys(state.pins).length;
  const open = openCells(state);
  const kept = state.base.length - open - pins;
  const later = waiting(state)?.filter(Boolean).length ?? 0;
  const then = later ? ` · ${later} after that` : "";
  const pinned = pins ? ` · ${pins} pinned` : "";
  return `${open - later} to fill${then} · ${kept} kept${pinned}`;
}

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else
    document.documentElement.requestFullscreen?.().catch(() => store.say("The browser refuses full screen."));
}

/** States that last while a key is held. */
function holds(screen) {
  const { dataset } = screen.surface;
  held(" ", "Hold, and drag: move the picture", {
    begin() {
      if (!screen.pointed) return false;
      dataset.panning = "true";
      return true;
    },
    end: () => (dataset.panning = "false"),
  });
  held("h", "Hold: the picture without marks", {
    begin() {
      screen.showClean(true);
      return true;
    },
    end: () => screen.showClean(false),
  });
  held("x", "Hold: the picture before", {
    begin() {
      if (screen.comparable) screen.peek(true);
      else store.say("There is no picture before this one.");
      return screen.comparable;
    },
    end: () => screen.peek(false),
  });
}
