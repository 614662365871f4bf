// Pauses between attempts. Randomness is passed in, so that tests can fix it.

/** Those who lost their connections in the same moment, as when an instance dies, spread over this. */
const BASE_MS = 4_000;
const GROWTH = 1.5;
const CAP_MS = 30_000;

/** Full jitter: anywhere between zero and a bound that grows by half, from 4 s up to 30 s. */
export function fullJitter(failures: number, random: number): number {
  const bound = Math.min(CAP_MS, BASE_MS * GROWTH ** Math.max(0, failures - 1));
  return Math.round(random * bound);
}

/** At least what the server asked for, and up to twice that, so that a crowd does not return all at once. */
export function serverPause(retryAfterMs: number, random: number): number {
  return Math.round(retryAfterMs * (1 + random));
}

/** The pause after so many failures: longer with each, and never shorter than the server asked for. */
export function retryPause(failures: number, retryAfterMs: number | null, random: number): number {
  const asked = retryAfterMs === null ? 0 : serverPause(retryAfterMs, random);
  return Math.max(asked, fullJitter(failures, random));
}

/** The server's polling pace, plus or minus ten percent. */
export function pollPause(refreshAfterMs: number, random: number): number {
  return Math.round(Math.max(500, refreshAfterMs) * (0.9 + 0.2 * random));
}
