import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ApiError } from "../src/common/http.ts";
import { proving } from "../src/shop/pages/session.ts";
import { type Challenge, challengeIn, solution } from "../src/shop/proof/challenge.ts";
import { Digester } from "../src/shop/proof/digest.ts";
import { solve } from "../src/shop/proof/solver.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, "0")).join("");

function challengeOf(number: number, maxnumber = 500): Challenge {
  const salt = "0123456789abcdef01234567?expires=1800000000&max=500&";
  const challenge = sha256(`${salt}${number}`);
  return { algorithm: "SHA-256", challenge, maxnumber, salt, signature: "1.ab" };
}

test("hashes are those of SHA-256, whatever the length of the text and the number", () => {
  for (let length = 0; length <= 140; length += 1) {
    const text = "salt&".repeat(30).slice(0, length);
    const digester = new Digester(text);
    // One after the other: what the number before has left does not matter.
    for (const number of [0, 7, 1_000_000, 42, 999_999_999_999]) {
      assert.equal(hex(digester.digest(number)), sha256(`${text}${number}`), `${text}${number}`);
    }
  }
  assert.equal(hex(new Digester("줄 서기 ").digest(5)), sha256("줄 서기 5"));
});

const found = (challenge: Challenge) => solve(challenge, () => {});

test("the number is found, from the first to the last one", () => {
  for (const number of [0, 1, 99, 500]) assert.equal(found(challengeOf(number)), number);
});

test("a challenge without a number comes to its end", () => {
  assert.equal(found(challengeOf(501)), null);
  assert.equal(found(challengeOf(1, 0)), null);
});

test("a solver tells how far it is, a few times and never backwards", () => {
  const shares: number[] = [];
  solve(challengeOf(501), (share) => shares.push(share));
  assert.ok(shares.length > 5 && shares.length <= 10, String(shares.length));
  const sorted = [...shares].sort((one, other) => one - other);
  assert.deepEqual(shares, sorted);
  assert.ok(shares.every((share) => share >= 0 && share < 1));
});

test("a solution has what the server reads", () => {
  const challenge = challengeOf(7);
  const read = JSON.parse(atob(solution(challenge, 7, 12)));
  const { algorithm, challenge: hash, salt, signature } = challenge;
  assert.deepEqual(read, { algorithm, challenge: hash, number: 7, salt, signature, took: 12 });
});

test("only a challenge that can be solved is taken out of a refusal", () => {
  const challenge = challengeOf(7);
  assert.deepEqual(challengeIn({ code: "proof_needed", challenge }), challenge);
  for (const problem of [
    null,
    "text",
    {},
    { challenge: null },
    { challenge: { ...challenge, algorithm: "SHA-1" } },
    { challenge: { ...challenge, challenge: "12" } },
    { challenge: { ...challenge, maxnumber: "500" } },
    { challenge: { ...challenge, salt: 7 } },
  ]) {
    assert.equal(challengeIn(problem), null, JSON.stringify(problem));
  }
});

const refusal = (code: string, number: number) =>
  new ApiError(403, code, null, { code, challenge: challengeOf(number) });

test("a refusal is answered with the proof that it calls for, until there is one too many", async () => {
  const asked: (string | null)[] = [];
  const refusals = [refusal("proof_needed", 1), refusal("proof_invalid", 2)];
  const answer = await proving(
    async (proof) => {
      asked.push(proof);
      const next = refusals.shift();
      if (next !== undefined) throw next;
      return "a session";
    },
    async ({ challenge }) => challenge,
  );
  assert.equal(answer, "a session");
  assert.deepEqual(asked, [null, challengeOf(1).challenge, challengeOf(2).challenge]);

  let n = 0;
  const never = proving(
    async () => {
      n += 1;
      throw refusal("proof_needed", n);
    },
    async () => "a proof",
  );
  await assert.rejects(never, /proof_needed/);
  assert.equal(n, 4);
});

test("any other refusal asks for no work", async () => {
  const work = () => Promise.reject(new Error("nobody asked for it"));
  const refused = proving(() => Promise.reject(refusal("rate_limited", 1)), work);
  await assert.rejects(refused, /rate_limited/);
});
