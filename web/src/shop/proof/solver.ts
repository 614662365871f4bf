// Proof of work in the form of ALTCHA, its first protocol: which number stands behind a text, by its hash.
import { Digester } from "./digest.ts";

export interface Challenge {
  algorithm: string;
  /** The hash of the salt with the number behind it, hex. */
  challenge: string;
  /** The greatest number that it may be. */
  maxnumber: number;
  salt: string;
  signature: string;
}

/** What a worker says: how far it is, and at the end the number, if there is one. */
export type Told = { share: number } | { number: number | null };

/** How often a solver says how far it is. */
const REPORTS = 10;

/** Reads the challenge that comes with a refusal; null if there is none that we can solve. */
export function challengeIn(problem: unknown): Challenge | null {
  const challenge = (problem as { challenge?: Partial<Challenge> } | null)?.challenge;
  if (challenge?.algorithm !== "SHA-256" || !Number.isSafeInteger(challenge.maxnumber)) return null;
  const texts = [challenge.challenge, challenge.salt, challenge.signature];
  if (texts.some((text) => typeof text !== "string")) return null;
  return /^[0-9a-f]{64}$/.test(challenge.challenge ?? "") ? (challenge as Challenge) : null;
}

/** Tries one number after the other; null if none of them is it. */
export function solve(challenge: Challenge, tell: (share: number) => void): number | null {
  const { maxnumber, salt } = challenge;
  const [digester, wanted] = [new Digester(salt), words(challenge.challenge)];
  const step = Math.ceil((maxnumber + 1) / REPORTS);
  for (let number = 0; number <= maxnumber; number += 1) {
    if (number % step === 0) tell(number / (maxnumber + 1));
    const found = digester.digest(number);
    // Two words differ long before all eight have to be compared.
    if (found[0] === wanted[0] && wanted.every((word, n) => word === found[n])) return number;
  }
  return null;
}

/** Writes a solution as the server reads it. */
export function solution(challenge: Challenge, number: number, tookMs: number): string {
  const { algorithm, challenge: hash, salt, signature } = challenge;
  return btoa(JSON.stringify({ algorithm, challenge: hash, number, salt, signature, took: tookMs }));
}

const words = (hex: string) =>
  Uint32Array.from({ length: 8 }, (_, n) => Number.parseInt(hex.slice(8 * n, 8 * n + 8), 16));
