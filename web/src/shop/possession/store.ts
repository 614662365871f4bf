// Where the key is kept: in IndexedDB, which takes a key without anybody seeing what is in it.

/** Returns the pair that is kept. If there is none yet, `fresh` is, unless that is null. */
export type KeyStore = (fresh: CryptoKeyPair | null) => Promise<CryptoKeyPair | null>;

const DATABASE = "sluice";
const STORE = "keys";
const NAME = "possession";

/** Looks and keeps in one transaction: of two tabs that make a key at once, one is late and takes the other's. */
export const keptInBrowser: KeyStore = async (fresh) => {
  const database = await open();
  try {
    return await settle(database, fresh);
  } finally {
    database.close();
  }
};

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

function settle(database: IDBDatabase, fresh: CryptoKeyPair | null): Promise<CryptoKeyPair | null> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, "readwrite");
    const keys = transaction.objectStore(STORE);
    const looking: IDBRequest<CryptoKeyPair | undefined> = keys.get(NAME);
    looking.onsuccess = () => {
      if (looking.result === undefined && fresh !== null) keys.put(fresh, NAME);
    };
    transaction.oncomplete = () => resolve(looking.result ?? fresh);
    transaction.onabort = () => reject(transaction.error);
  });
}
