// Tells whom a pass of Sluice lets in, with a stock library: npm install jose
//
//   node verify.mjs https://line.example <drop id> <token of a visit>
import { fileURLToPath } from "node:url";
import { createRemoteJWKSet, jwtVerify } from "jose";

/**
 * Returns a function that takes the token of a visit, the cookie's value, and returns what it says:
 * `jti` is the pass, `sub` the visitor, `exp` the end, seconds since 1970. It throws where there is
 * nobody to let in.
 */
export function passVerifier(publicUrl, dropId) {
  const issuer = publicUrl.replace(/\/+$/, "");
  // Fetched when they are needed, kept for a minute, and fetched again when a token names another.
  const address = new URL(`${issuer}/v1/passes/keys.json`);
  const keys = createRemoteJWKSet(address, { cacheMaxAge: 60_000, cooldownDuration: 5_000 });
  // One algorithm, whatever a token says of itself.
  const rules = { algorithms: ["EdDSA"], issuer, audience: dropId, clockTolerance: 5 };
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, rules);
    // The token in an address is swapped at Sluice first, once: it is no visit yet.
    if (payload.use !== "visit") throw new Error("the token is for another use");
    return payload;
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [publicUrl, dropId, token] = process.argv.slice(2);
  try {
    console.log(JSON.stringify(await passVerifier(publicUrl, dropId)(token)));
  } catch (error) {
    console.error(`refused: ${error.message}`);
    process.exitCode = 1;
  }
}
