/** What each message of the server does, and what happens when none comes. */

import { download, files } from "../page/files.js";
import { store } from "../page/store.js";

const PATIENCE = 5000; // ms without a message of a run before the server is asked
const TRIES = 2;

/** What to do with a message of the server, by its kind. */
export const receive = {
  waiting: (message) => store.receiveTurns(message),
  frame: (message) => store.receiveFrame(message),
  canvas: (message) => store.receiveCanvas(message, files.opened(message)),
  choose: (message) => files.asked(message),
  grid: (message) => store.fit(message),
  arrived: () => store.queue.arrived("model"),
  end: (message) => store.endRun(message.run),
  file({ file, name, said }) {
    download(file.url, name);
    files.say(said);
  },
  pack: (message) => files.pack(message),
  unpacked: (message) => files.unpacked(message),
};

/**
 * When no message of a run has come for a while, it may have ended, or the connection is lost: `server.ended(id)` is
 * asked, and `lost` called if it cannot be reached.
 */
export function watchOver(server, lost) {
  let timer = 0;

  async function ask(id, tries) {
    const ended = await server.ended(id); // undefined where there is no answer
    if (store.run?.id !== id) return;
    if (ended) store.endRun(id);
    else if (ended === false) wait(id, TRIES);
    else if (tries > 1) wait(id, tries - 1);
    else {
      store.stopRun();
      lost();
    }
  }

  function wait(id, tries) {
    clearTimeout(timer);
    timer = setTimeout(() => ask(id, tries), PATIENCE);
  }

  store.addEventListener("run", () => {
    clearTimeout(timer);
    if (store.run) wait(store.run.id, TRIES);
  });
}
