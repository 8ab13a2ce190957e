/** What survives a page reload: the canvas and the session's pictures, in this browser only. */

const KEY = "unleash.canvas.1";

export function load() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function write(value) {
  try {
    localStorage.setItem(KEY, JSON.stringify(value));
  } catch {
    // Storage full or forbidden: the session goes on, it only will not outlive the page.
  }
}

/** A `save(value)` that writes at most every `wait` milliseconds, and always before the page goes. */
export function saver(wait = 300) {
  let waiting = null;
  let timer = 0;
  const flush = () => {
    clearTimeout(timer);
    timer = 0;
    if (waiting !== null) write(waiting);
    waiting = null;
  };
  window.addEventListener("pagehide", flush);
  return (value) => {
    waiting = value;
    timer ||= setTimeout(flush, wait);
  };
}
