// The key of this browser, as the rest of the page asks for it. A place is bound to it, so that whoever has only
// copied a cookie, an address or a picture of the page has no place. A browser that can have no key does without;
// while only the file of the key has not come through, everything that needs it fails as without a network.
import { serverNow } from "../../common/clock.ts";
import { ApiError } from "../../common/http.ts";
import { LatePart } from "../late/part.ts";
import type { BrowserKey } from "./key.ts";

export const keyFile = new LatePart(() => import("./key.ts"));

let opening: Promise<BrowserKey> | null = null;

/** Returns what a session is to be bound to; null where there is no key. */
export const keyThumbprint = async () => (await openedKey())?.thumbprint ?? null;

/** Proves for one request that the key is here; null where it is not, at once where it can't be. */
export function prove(method: string, url: string): Promise<string | null> | null {
  return mayHaveKey() ? proven(method, url) : null;
}

/** Returns the same as the header of a request. */
export async function proofHeader(method: string, url: string): Promise<Record<string, string>> {
  const proof = await prove(method, url);
  return proof === null ? {} : { dpop: proof };
}

/** Has the key at hand for who will need it, without a crowd that asks for it at once. */
export function prepareKey(): void {
  if (mayHaveKey()) void keyFile.prepare();
}

/** Browsers make no keys without secure transport, and without a place to keep it a key would not last. */
const mayHaveKey = () => globalThis.crypto?.subtle !== undefined && globalThis.indexedDB !== undefined;

/** What failed is tried again the next time. */
async function openedKey(): Promise<BrowserKey | null> {
  if (!mayHaveKey()) return null;
  const { openKey } = await keyFile.attempt().catch(failAsNetwork);
  opening ??= openKey();
  return opening.catch(() => {
    opening = null;
    return null;
  });
}

/** Without its key a place would be taken for lost, and its shopper for somebody new. */
function failAsNetwork(): never {
  throw new ApiError(0, "network", null);
}

async function proven(method: string, url: string): Promise<string | null> {
  const key = await openedKey();
  try {
    return (await key?.prove(method, new URL(url, location.href).href, serverNow())) ?? null;
  } catch {
    return null;
  }
}
