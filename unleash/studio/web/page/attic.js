/** Pictures and films of earlier visits, in this browser only. */

import { transact } from "./database.js";

// Forbidden or full: the session goes on, it only will not outlive the page.
const unkept = () => [];

const all = (name) => transact(name, "readonly", (store) => store.getAll()).catch(unkept);

/** All that is kept: {pictures, films}. */
export async function recall() {
  const [pictures, films] = await Promise.all([all("pictures"), all("films")]);
  return { pictures, films };
}

/** Keep exactly these, given which were kept before. */
export function keep(name, now, before) {
  const added = now.filter((value) => !before.includes(value));
  const gone = before.filter(({ id }) => now.every((value) => value.id !== id));
  if (!added.length && !gone.length) return;
  transact(name, "readwrite", (store) => {
    for (const value of added) store.put(value);
    for (const { id } of gone) store.delete(id);
  }).catch(unkept);
}
