/** The fixed header: files and history. */

import { bindButtons } from "../page/buttons.js";
import { offer } from "../page/commands.js";
import { files } from "../page/files.js";
import * as history from "../page/history.js";
import { store } from "../page/store.js";
import { saveMenu } from "./menu.js";

const SHOWN_MS = 8000; // ms for which the outcome of opening or saving is shown

export async function mount({ element, server, trigger, upload }) {
  await store.started;
  const chooser = element.querySelector(".file");
  const words = element.querySelector(".words");
  const button = (name) => element.querySelector(`[data-command="${name}"]`);

  files.serve({
    upload: async (file) => (await upload(file)).path,
    ask: (event, data) => trigger(event, data),
    mask: (asked) => server.mask_in(asked),
  });
  offer({ open: () => chooser.click() });
  bindButtons(element);
  saveMenu(element);

  chooser.addEventListener("change", () => {
    const [file] = chooser.files;
    chooser.value = ""; // so that the same file can be chosen again
    if (file) files.open(file);
  });

  let timer = 0;
  files.addEventListener("say", ({ detail: { text, lasts } }) => {
    clearTimeout(timer);
    words.textContent = words.title = text;
    if (!lasts) timer = setTimeout(() => (words.textContent = words.title = ""), SHOWN_MS);
  });
  notice(element.querySelector(".notice"));

  const showHistory = () => {
    button("undo").disabled = !history.canUndo(store.timeline);
    button("redo").disabled = !history.canRedo(store.timeline);
  };
  store.addEventListener("change", showHistory);
  showHistory();
}

/** A sentence with something to do about it, until it is closed or another file is opened. */
function notice(board) {
  const [text, act, close] = [
    board.querySelector("p"),
    board.querySelector(".act"),
    board.querySelector(".close"),
  ];
  let doing = null;
  close.addEventListener("click", () => (board.hidden = true));
  act.addEventListener("click", () => {
    board.hidden = true;
    doing();
  });
  files.addEventListener("notice", ({ detail }) => {
    board.hidden = !detail;
    if (!detail) return;
    [text.textContent, act.textContent, doing] = [detail.text, detail.button, detail.act];
  });
}
