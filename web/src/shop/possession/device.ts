// The key of this browser, as the rest of the page asks for it. A place is bound to it, so that whoever has only
// copied a cookie, an address or a picture of the page has no place. A browser that can have no key does without.
import { serverNow } from "../../common/clock.ts";
import type { BrowserKey } from "./key.ts";

let opening: Promise<BrowserKey | null> | null = null;

/** Returns what a session is to be bound to; null where there is no key. */
export const keyThumbprint = async () => (await openedKey())?.thumbprint ?? null;

/** Proves for one request that the key is here; null where it is not, at once where it can't be. */
export function prove(method: string, url: string): Promise<string | null> | null {
  return mayHaveKey() ? provenBy(openedKey(), method, url) : null;
}

/** Returns the same as the header of a request. */
export async function proofHeader(method: string, url: string): Promise<Record<string, string>> {
  const proof = await prove(method, url);
  return proof === null ? {} : { dpop: proof };
}

/** Browsers make no keys without secure transport, and without a place to keep it a key would not last. */
const mayHaveKey = () => globalThis.crypto?.subtle !== undefined && globalThis.indexedDB !== undefined;

/** What failed is tried again the next time: the file of the key may not have come through. */
function openedKey(): Promise<BrowserKey | null> {
  opening ??= open().catch(() => {
    opening = null;
    return null;
  });
  return opening;
}

async function open(): Promise<BrowserKey | null> {
  if (!mayHaveKey()) return null;
  const { openKey } = await import("./key.ts");
  return openKey();
}

async function provenBy(
  key: Promise<BrowserKey | null>,
  method: string,
  url: string,
): Promise<string | null> {
  try {
    const address = new URL(url, location.href).href;
    return (await (await key)?.prove(method, address, serverNow())) ?? null;
  } catch {
    return null;
  }
}
