/**
 * What is stored in this browser across reloads: JSON by key, and pictures, films, originals and the history,
 * which are larger, in a database. Where storage is forbidden or full, the session continues but is lost on
 * reload: `trouble` fires "full", and "kept" once there is room again.
 */

export const trouble = new EventTarget();

const full = new Set(); // of "values" and "database", those that were full at the last write

function tell(where, isFull) {
  const before = full.size > 0;
  if (isFull) full.add(where);
  else full.delete(where);
  if (full.size > 0 !== before) trouble.dispatchEvent(new Event(before ? "kept" : "full"));
}

// --- JSON ------------------------------------------------------------------------------------------

export const CANVAS = "unleash.canvas.1";
export const SHELF = "unleash.shelf.1";
const TAB = "unleash.tab.1";

/** What this tab, or else any tab, last wrote under a key; null if nothing. */
export function read(key) {
  for (const storage of ["sessionStorage", "localStorage"])
    try {
      const text = globalThis[storage].getItem(key);
      if (text !== null) return JSON.parse(text);
    } catch {
      // Forbidden, or not JSON.
    }
  return null;
}

/** Returns whether it could be stored; if not, the older value is removed as well. */
function put(storage, key, text) {
  try {
    globalThis[storage].setItem(key, text);
    return true;
  } catch {
    // Or an older value would come back after a reload.
    try {
      globalThis[storage].removeItem(key);
    } catch {
      // Forbidden.
    }
    return false;
  }
}

/** Write for all tabs. */
export function write(key, value) {
  put("localStorage", key, JSON.stringify(value));
}

/** Write for this tab, which comes back to it after a reload, and for tabs that are opened later. */
function writeHere(key, value) {
  const text = JSON.stringify(value);
  const here = put("sessionStorage", key, text);
  tell("values", !(put("localStorage", key, text) && here));
}

/** A `save(value)` that writes under a key of this tab at most every `wait` milliseconds, and always before the page goes. */
export function saver(key, wait = 300) {
  let waiting = null;
  let timer = 0;
  const flush = () => {
    clearTimeout(timer);
    timer = 0;
    if (waiting !== null) writeHere(key, waiting);
    waiting = null;
  };
  globalThis.addEventListener?.("pagehide", flush);
  return (value) => {
    waiting = value;
    timer ||= setTimeout(flush, wait);
  };
}

// --- pictures, films and originals -----------------------------------------------------------------

const BY_ID = { keyPath: "id" };
const STORES = { originals: {}, pictures: BY_ID, films: BY_ID, histories: BY_ID };
const ORIGINALS = 32;
const TABS = 8; // whose histories are kept

let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("unleash", 2);
    request.onupgradeneeded = () => {
      const { result } = request;
      for (const [name, options] of Object.entries(STORES))
        if (!result.objectStoreNames.contains(name)) result.createObjectStore(name, options);
    };
    request.onsuccess = () => {
      // An open connection would block other pages from clearing or upgrading the database.
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

/** Run `work` on one of the stores; returns the result of its request once written, or `otherwise`. */
async function transact(name, mode, work, otherwise = null) {
  try {
    const transaction = (await database()).transaction(name, mode);
    const request = work(transaction.objectStore(name));
    const result = await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    if (mode === "readwrite") tell("database", false);
    return result;
  } catch (error) {
    if (error?.name === "QuotaExceededError") tell("database", true);
    return otherwise;
  }
}

/** The pictures and films of earlier visits: {pictures, films}. */
export async function recall() {
  const all = (name) => transact(name, "readonly", (store) => store.getAll(), []);
  const [pictures, films] = await Promise.all([all("pictures"), all("films")]);
  return { pictures, films };
}

/** Store exactly these "pictures" or "films", given the ones stored before. */
export async function keepAll(name, now, before) {
  const added = now.filter((value) => !before.includes(value));
  const gone = before.filter(({ id }) => now.every((value) => value.id !== id));
  if (!added.length && !gone.length) return;
  await transact(name, "readwrite", (store) => {
    for (const value of added) store.put(value);
    for (const { id } of gone) store.delete(id);
  });
}

/** Store an opened picture's URL; its key starts with the time, so that the oldest are dropped first. */
export const writeOriginal = (key, url) =>
  transact("originals", "readwrite", (store) => {
    store.put(url, key);
    store.getAllKeys().onsuccess = ({ target }) => {
      for (const old of target.result.slice(0, -ORIGINALS)) store.delete(old);
    };
  });

export const readOriginal = (key) => transact("originals", "readonly", (store) => store.get(key));

// --- the history of a tab --------------------------------------------------------------------------

/** A promise of {old, own}: by which name this tab kept its history before, null if it did not, and does from now. */
async function tabNames() {
  let old = null;
  try {
    old = sessionStorage.getItem(TAB);
  } catch {
    // Forbidden.
  }
  // A duplicated tab has the name of the original, which still uses it.
  const own = old && (await claimed(old)) ? old : `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  if (own !== old) await claimed(own);
  put("sessionStorage", TAB, own);
  return { old, own };
}

/** Claims the name for this tab until the page is closed; returns whether it was free. */
const claimed = (name) =>
  new Promise((resolve) => {
    if (!globalThis.navigator?.locks) return resolve(true);
    return navigator.locks.request(`unleash.tab.${name}`, { ifAvailable: true }, (lock) => {
      resolve(Boolean(lock));
      return lock && new Promise(() => {});
    });
  });

let names = null;

const LONG = 500;

/** JSON as text, with each long string only once. */
export function packed(value) {
  const places = new Map();
  const text = JSON.stringify(value, (_, part) => {
    if (typeof part !== "string" || part.length < LONG) return part;
    if (!places.has(part)) places.set(part, places.size);
    return { long: places.get(part) };
  });
  return { text, strings: [...places.keys()] };
}

export const unpacked = ({ text, strings }) =>
  JSON.parse(text, (_, part) => (typeof part?.long === "number" ? strings[part.long] : part));

/** A promise of this tab's stored history; null if there is none. */
export async function recallHistory() {
  names ??= tabNames();
  const { old } = await names;
  const record = old && (await transact("histories", "readonly", (store) => store.get(old)));
  return record ? unpacked(record) : null;
}

/** Store the history of this tab, replacing the previous one. */
export async function keepHistory(history) {
  names ??= tabNames();
  const { own } = await names;
  const record = { id: own, saved: Date.now(), ...packed(history) };
  await transact("histories", "readwrite", (store) => {
    store.put(record);
    store.getAll().onsuccess = ({ target }) => {
      const older = target.result.sort((a, b) => b.saved - a.saved).slice(TABS);
      for (const { id } of older) store.delete(id);
    };
  });
}
