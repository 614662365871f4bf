// Pauses between attempts. Randomness is passed in, so that tests can fix it.

const BASE_MS = 1_000;
const CAP_MS = 30_000;

/** Full jitter: anywhere between zero and a bound that doubles up to 30 s. */
export function fullJitter(failures: number, random: number): number {
  const bound = Math.min(CAP_MS, BASE_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(random * bound);
}

/** At least what the server asked for, and up to twice that, so that a crowd does not return all at once. */
export function serverPause(retryAfterMs: number, random: number): number {
  return Math.round(retryAfterMs * (1 + random));
}

/** The server's polling pace, plus or minus ten percent. */
export function pollPause(refreshAfterMs: number, random: number): number {
  return Math.round(Math.max(500, refreshAfterMs) * (0.9 + 0.2 * random));
}
