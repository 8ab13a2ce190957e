/** A run that nothing was heard of for long may have ended unheard, or the connection is lost: the server is asked. */

import { store } from "../page/store.js";

const PATIENCE = 5000; // ms
const TRIES = 2;

/** Ask by `server.ended(id)`; `lost` is called if it cannot be reached. */
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
