/**
 * The pictures a person opened, pixel by pixel, in this browser only. They are large, so the canvas and its
 * history hold a key and the pictures lie in the database.
 */

import { transact } from "./database.js";
import { images } from "./images.js";

const STORE = "originals";
const KEPT = 32;

const urls = new Map();
const missing = new Set();

/** Keep a picture; its key begins with the time, so that keys sort by age. */
export function keepOriginal(url) {
  const key = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  urls.set(key, url);
  transact(STORE, "readwrite", (store) => {
    store.put(url, key);
    store.getAllKeys().onsuccess = ({ target }) => {
      for (const old of target.result.slice(0, -KEPT)) store.delete(old);
    };
  }).catch(() => {});
  return key;
}

/** The picture of a key, null until it is there and if it is gone; `images` tells when it is. */
export function originalOf(key) {
  if (urls.has(key)) return images.get(urls.get(key));
  if (!missing.has(key)) fetchBack(key);
  return null;
}

async function fetchBack(key) {
  missing.add(key);
  const url = await transact(STORE, "readonly", (store) => store.get(key)).catch(() => null);
  if (!url) return;
  urls.set(key, url);
  images.get(url);
}
