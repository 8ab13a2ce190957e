/** Where pictures and films are kept for the next visit: IndexedDB, since they are too large for the rest. */

const NAME = "unleash";
const STORES = ["pictures", "films"];

// Forbidden or full: the session goes on, it only will not outlive the page.
const unkept = () => null;

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    for (const store of STORES) request.result.createObjectStore(store, { keyPath: "id" });
  };
  return settled(request);
}

let opened = null;

async function within(stores, mode, use) {
  opened ??= open();
  return use((await opened).transaction(stores, mode));
}

/** All that is kept: {pictures, films}, newest first. */
export async function recall() {
  const newest = (a, b) => b.made - a.made;
  const [pictures, films] = await within(STORES, "readonly", (transaction) =>
    Promise.all(STORES.map((store) => settled(transaction.objectStore(store).getAll()))),
  ).catch(() => [[], []]);
  return { pictures: pictures.sort(newest), films: films.sort(newest) };
}

/** Keep exactly these, given which were kept before. */
export function keep(store, now, before) {
  const added = now.filter((value) => !before.includes(value));
  const gone = before.filter(({ id }) => now.every((value) => value.id !== id));
  if (!added.length && !gone.length) return;
  within([store], "readwrite", (transaction) => {
    for (const value of added) transaction.objectStore(store).put(value);
    for (const { id } of gone) transaction.objectStore(store).delete(id);
  }).catch(unkept);
}

/** Keep nothing. */
export function clear() {
  within(STORES, "readwrite", (transaction) => {
    for (const store of STORES) transaction.objectStore(store).clear();
  }).catch(unkept);
}
