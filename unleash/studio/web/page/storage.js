/**
 * What survives a page reload, in this browser only: JSON by a key, and pictures, films and originals, which are
 * larger, in a database. Where that is forbidden or full the session goes on; it only will not outlive the page.
 */

// --- JSON ------------------------------------------------------------------------------------------

export const CANVAS = "unleash.canvas.1";
export const SHELF = "unleash.shelf.1";

/** What was written under a key; null if nothing was. */
export function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

export function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden.
  }
}

/** A `save(value)` that writes under a key at most every `wait` milliseconds, and always before the page goes. */
export function saver(key, wait = 300) {
  let waiting = null;
  let timer = 0;
  const flush = () => {
    clearTimeout(timer);
    timer = 0;
    if (waiting !== null) write(key, waiting);
    waiting = null;
  };
  globalThis.addEventListener?.("pagehide", flush);
  return (value) => {
    waiting = value;
    timer ||= setTimeout(flush, wait);
  };
}

// --- pictures, films and originals -----------------------------------------------------------------

const STORES = { originals: {}, pictures: { keyPath: "id" }, films: { keyPath: "id" } };
const ORIGINALS = 32;

let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("unleash", 1);
    request.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(STORES)) request.result.createObjectStore(name, options);
    };
    request.onsuccess = () => {
      // A page that held on to it would keep every other from clearing or renewing it.
      request.result.onversionchange = () => {
        request.result.close();
        opening = null;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}

/** Let `work` use one of the stores; the result of the request it returns once all is written, or `otherwise`. */
async function transact(name, mode, work, otherwise = null) {
  try {
    const transaction = (await database()).transaction(name, mode);
    const request = work(transaction.objectStore(name));
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = () => reject(transaction.error);
    });
  } catch {
    return otherwise;
  }
}

/** All pictures and films of earlier visits: {pictures, films}. */
export async function recall() {
  const all = (name) => transact(name, "readonly", (store) => store.getAll(), []);
  const [pictures, films] = await Promise.all([all("pictures"), all("films")]);
  return { pictures, films };
}

/** Keep exactly these "pictures" or "films", given which were kept before. */
export async function keepAll(name, now, before) {
  const added = now.filter((value) => !before.includes(value));
  const gone = before.filter(({ id }) => now.every((value) => value.id !== id));
  if (!added.length && !gone.length) return;
  await transact(name, "readwrite", (store) => {
    for (const value of added) store.put(value);
    for (const { id } of gone) store.delete(id);
  });
}

/** Keep an opened picture's URL; its key begins with the time, so that the oldest make room. */
export const writeOriginal = (key, url) =>
  transact("originals", "readwrite", (store) => {
    store.put(url, key);
    store.getAllKeys().onsuccess = ({ target }) => {
      for (const old of target.result.slice(0, -ORIGINALS)) store.delete(old);
    };
  });

export const readOriginal = (key) => transact("originals", "readonly", (store) => store.get(key));
