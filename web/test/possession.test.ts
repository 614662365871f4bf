import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { keyFile, keyThumbprint, proofHeader, prove } from "../src/shop/possession/device.ts";
import { openKey } from "../src/shop/possession/key.ts";
import type { KeyStore } from "../src/shop/possession/store.ts";

const URL_ASKED = "https://line.example/v1/drops/7/ticket?seen=1.8.40";
const NOW_MS = 1_800_000_000_999;

/** Keeps what it is given first, as the browser's own store does. */
function inMemory(): KeyStore {
  let kept: CryptoKeyPair | null = null;
  return async (fresh) => {
    kept ??= fresh;
    return kept;
  };
}

const decode = (part: string | undefined) => Buffer.from(part ?? "", "base64url");
const read = (part: string | undefined) => JSON.parse(decode(part).toString());

test("a proof says what is asked and when, and is signed with the key that it names", async () => {
  const key = await openKey(inMemory());
  const [header, claims, signature] = (await key.prove("GET", URL_ASKED, NOW_MS)).split(".");
  const { jwk, ...rest } = read(header);
  assert.deepEqual(rest, { typ: "dpop+jwt", alg: "ES256" });
  assert.deepEqual(Object.keys(jwk).sort(), ["crv", "kty", "x", "y"]);
  const { jti, ...asked } = read(claims);
  assert.deepEqual(asked, { htm: "GET", htu: URL_ASKED, iat: 1_800_000_000 });
  assert.equal(decode(jti).length, 16);
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const publicKey = await crypto.subtle.importKey("jwk", jwk, curve, false, ["verify"]);
  const hash = { name: "ECDSA", hash: "SHA-256" };
  const signed = Buffer.from(`${header}.${claims}`);
  assert.ok(await crypto.subtle.verify(hash, publicKey, decode(signature), signed));
});

test("no two proofs have one name", async () => {
  const key = await openKey(inMemory());
  const proofs = await Promise.all([1, 2, 3].map(() => key.prove("GET", URL_ASKED, NOW_MS)));
  assert.equal(new Set(proofs.map((proof) => read(proof.split(".")[1]).jti)).size, 3);
});

test("a browser has one key, whichever tab makes it, and nobody can take it out", async () => {
  const store = inMemory();
  const [one, two] = await Promise.all([openKey(store), openKey(store)]);
  assert.match(one.thumbprint, /^[\w-]{43}$/);
  assert.equal(two.thumbprint, one.thumbprint);
  assert.equal((await openKey(store)).thumbprint, one.thumbprint);
  assert.notEqual((await openKey(inMemory())).thumbprint, one.thumbprint);
  const kept = await store(null);
  assert.ok(kept);
  await assert.rejects(crypto.subtle.exportKey("jwk", kept.privateKey));
});

test("where no key can be kept, everything is asked without a proof", async () => {
  assert.equal(prove("GET", URL_ASKED), null);
  assert.equal(await keyThumbprint(), null);
  assert.deepEqual(await proofHeader("GET", URL_ASKED), {});
});

test("while only the file of the key is missing, what needs it fails as without a network and works again", async () => {
  for (const [name, value] of Object.entries({
    indexedDB: {},
    location: { href: "https://shop.example/" },
  })) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  const missing = mock.method(keyFile, "attempt", () => Promise.reject(new Error("away")));
  for (const asked of [() => keyThumbprint(), () => proofHeader("GET", URL_ASKED)]) {
    await assert.rejects(asked, { status: 0, code: "network" });
  }
  missing.mock.mockImplementation(async () => ({ openKey: () => openKey(inMemory()) }));
  assert.match((await keyThumbprint()) ?? "", /^[\w-]{43}$/);
  const { htu } = read(String((await proofHeader("GET", "/v1/drops/7/ticket")).dpop).split(".")[1]);
  assert.equal(htu, "https://shop.example/v1/drops/7/ticket");
});
