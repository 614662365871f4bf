// The server's time: a phone's clock may be minutes off, and openings are exact.

let offsetMs = 0;
let bestRoundTripMs = Number.POSITIVE_INFINITY;

/** The server's time now, in milliseconds. */
export const serverNow = () => Date.now() + offsetMs;

/** Learns from an answer; the quickest one so far is the most exact. */
export function learnTime(serverTime: string, sentAtMs: number): void {
  const nowMs = Date.now();
  const roundTripMs = nowMs - sentAtMs;
  const serverMs = Date.parse(serverTime);
  if (Number.isNaN(serverMs) || roundTripMs > bestRoundTripMs) return;
  bestRoundTripMs = roundTripMs;
  offsetMs = serverMs + roundTripMs / 2 - nowMs;
}

/** Calls an API and learns the time from its answer. */
export async function timed<Answer extends { server_time?: string }>(
  call: () => Promise<Answer>,
): Promise<Answer> {
  const sentAtMs = Date.now();
  const answer = await call();
  if (answer.server_time !== undefined) learnTime(answer.server_time, sentAtMs);
  return answer;
}

/** Waits; not exact in hidden tabs, which is fine for all that uses it. */
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
