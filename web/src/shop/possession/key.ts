// This browser's own key, which no script can read, and its proofs (DPoP, RFC 9449) that it is here. A file of
// its own: it is loaded when a session is begun or a place is looked at, or a while before.
import { type KeyStore, keptInBrowser } from "./store.ts";

export interface BrowserKey {
  /** What sessions are bound to (RFC 7638). */
  thumbprint: string;
  /** Signs what is asked, and when. */
  prove(method: string, url: string, nowMs: number): Promise<string>;
}

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };

const utf8 = new TextEncoder();

/** Finds the key, or makes one. */
export async function openKey(store: KeyStore = keptInBrowser): Promise<BrowserKey> {
  const pair = (await store(null)) ?? (await store(await crypto.subtle.generateKey(CURVE, false, ["sign"])));
  if (pair === null) throw new Error("a key is kept or refused");
  const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  // In this order, which the thumbprint needs.
  const jwk = { crv: "P-256", kty: "EC", x, y };
  const digest = await crypto.subtle.digest("SHA-256", utf8.encode(JSON.stringify(jwk)));
  const header = { typ: "dpop+jwt", alg: "ES256", jwk };
  return {
    thumbprint: base64url(new Uint8Array(digest)),
    prove: (method, url, nowMs) => {
      const jti = base64url(crypto.getRandomValues(new Uint8Array(16)));
      return sign(pair.privateKey, header, { jti, htm: method, htu: url, iat: Math.floor(nowMs / 1000) });
    },
  };
}

async function sign(key: CryptoKey, header: object, claims: object): Promise<string> {
  const part = (json: object) => base64url(utf8.encode(JSON.stringify(json)));
  const signed = `${part(header)}.${part(claims)}`;
  const signature = await crypto.subtle.sign(SIGNING, key, utf8.encode(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
