import { WorkerFault } from "../wire/worker-fault";

const DATABASE = "satchel";
const STORE = "keys";

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(unkept(request.error));
  });
}

function unkept(cause: DOMException | null): WorkerFault {
  return new WorkerFault("This browser keeps no keys for Satchel just now. Restart it and try again.", {
    code: "browser_keyless",
    cause,
  });
}

async function database(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return finished(request);
}

/**
 * A key of this browser profile, made on first use. Made so that it cannot be extracted, it is used here and copied nowhere.
 *
 * Whoever asks first at the same time as somebody else gets the same: only the first that was made is kept.
 */
export async function profileKey<Key extends CryptoKey | CryptoKeyPair>(
  name: string,
  make: () => Promise<Key>,
): Promise<Key> {
  const opened = await database();
  try {
    const there = await finished(opened.transaction(STORE).objectStore(STORE).get(name));
    if (there !== undefined) return there as Key;
    const made = await make();
    const store = opened.transaction(STORE, "readwrite", { durability: "strict" }).objectStore(STORE);
    const meanwhile = await finished(store.get(name));
    if (meanwhile !== undefined) return meanwhile as Key;
    await finished(store.put(made, name));
    return made;
  } finally {
    opened.close();
  }
}
