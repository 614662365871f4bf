// Which number stands behind a challenge: one after the other is tried.
import type { Challenge } from "./challenge.ts";
import { Digester } from "./digest.ts";

/** What a worker says: how far it is, and at the end the solution as the server reads it, if there is one. */
export type Told = { share: number } | { solution: string | null };

/** How often a solver says how far it is. */
const REPORTS = 10;

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

const words = (hex: string) =>
  Uint32Array.from({ length: 8 }, (_, n) => Number.parseInt(hex.slice(8 * n, 8 * n + 8), 16));
