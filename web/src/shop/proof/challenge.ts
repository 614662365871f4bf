// Proof of work in the form of ALTCHA, its first protocol: which number stands behind a text, by its hash.

export interface Challenge {
  algorithm: string;
  /** The hash of the salt with the number behind it, hex. */
  challenge: string;
  /** The greatest number that it may be. */
  maxnumber: number;
  salt: string;
  signature: string;
}

/** Reads the challenge that comes with a refusal; null if there is none that we can solve. */
export function challengeIn(problem: unknown): Challenge | null {
  const challenge = (problem as { challenge?: Partial<Challenge> } | null)?.challenge;
  if (challenge?.algorithm !== "SHA-256" || !Number.isSafeInteger(challenge.maxnumber)) return null;
  const texts = [challenge.challenge, challenge.salt, challenge.signature];
  if (texts.some((text) => typeof text !== "string")) return null;
  return /^[0-9a-f]{64}$/.test(challenge.challenge ?? "") ? (challenge as Challenge) : null;
}

/** Writes a solution as the server reads it. */
export function solution(challenge: Challenge, number: number, tookMs: number): string {
  const { algorithm, challenge: hash, salt, signature } = challenge;
  return btoa(JSON.stringify({ algorithm, challenge: hash, number, salt, signature, took: tookMs }));
}
