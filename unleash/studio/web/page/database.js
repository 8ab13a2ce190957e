/**
 * Where this browser keeps what is too large for its other storage: IndexedDB. Where that is forbidden or full
 * every call fails, and what was to be kept lasts as long as the page.
 */

const STORES = { originals: {}, pictures: { keyPath: "id" }, films: { keyPath: "id" } };

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

/** Let `work` use one of the stores; the result of the request it returns, once all is written. */
export async function transact(name, mode, work) {
  const transaction = (await database()).transaction(name, mode);
  const request = work(transaction.objectStore(name));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = () => reject(transaction.error);
  });
}
