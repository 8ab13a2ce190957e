/** Keys that work anywhere on the page: pressed for a command, or held down for a state. */

const known = new Map();

/** The US key of an event's `code`, for keys that type no Latin letter. */
const BY_CODE = {
  BracketLeft: "[",
  BracketRight: "]",
  Minus: "-",
  Equal: "=",
  Period: ".",
  Comma: ",",
  Slash: "/",
  Space: " ",
};

const isPlain = (key) => key.length > 1 || (key >= " " && key <= "~");

function named({ key, code }) {
  if (isPlain(key) && key !== "Dead") return key.toLowerCase();
  const [, letter] = /^(?:Key|Digit)(.)$/.exec(code) ?? [];
  return letter?.toLowerCase() ?? BY_CODE[code] ?? key.toLowerCase();
}

/**
 * A keyboard event as shortcuts are written: "b", "ctrl+shift+z", "?"; null with Alt. On a layout without Latin
 * letters the key's place on the keyboard counts. Shift alone is part of what the key types.
 */
export function keyOf(event) {
  // When AltGr types a character, browsers also report Ctrl and Alt as pressed.
  const types = event.getModifierState?.("AltGraph") ?? false;
  if (event.altKey && !types) return null;
  const control = (event.ctrlKey || event.metaKey) && !types;
  return `${control ? "ctrl+" : ""}${control && event.shiftKey ? "shift+" : ""}${named(event)}`;
}

const isTyping = (target) =>
  target.matches?.(
    "input:not([type=range], [type=checkbox], [type=radio], [type=color]), textarea, select, [contenteditable]",
  );

/** Bind a key; `says` is its text in the list of keys, null to omit it. Ignored while the person types. */
export function shortcut(key, says, act) {
  known.set(key, { says, act });
}

/** The keys and their texts, as [key, text], in the order of binding. */
export const keysInWords = () =>
  [...known].filter(([, { says }]) => says).map(([key, { says }]) => [inWords(key), says]);

/** "ctrl+shift+z" as it is written on a keyboard: "Ctrl+Shift+Z". */
export const inWords = (key) =>
  key === " " ? "Space" : key.replace(/(^|\+)(.)/g, (_, plus, letter) => plus + letter.toUpperCase());

/** Converts aria-keyshortcuts to the notation of `keyOf`. */
export const fromAria = (key) => key.toLowerCase().replace("control", "ctrl");

/**
 * While a key is down something lasts: `begin` returns whether it does, `end` follows when the key is let go of, and
 * when the window loses the keyboard, since no event tells of that.
 */
export function held(key, says, { begin, end }) {
  let code = null;
  const release = (event) => {
    if (code === null || (event.type === "keyup" && event.code !== code)) return;
    event.preventDefault(); // or Space would also press the focused button
    code = null;
    end();
  };
  known.set(key, {
    says,
    act(event) {
      if (code !== null || event.repeat) return code !== null;
      if (!begin()) return false;
      code = event.code;
      return true;
    },
  });
  document.addEventListener("keyup", release);
  window.addEventListener("blur", release);
}

/** Listen to the keyboard. */
export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const key = keyOf(event);
    const found = known.get(key);
    if (!found || (isTyping(event.target) && key !== "ctrl+enter")) return;
    if (found.act(event) === false) return;
    event.preventDefault();
  });
}
