// The server's time: a phone's clock may be minutes off, and drops open to the second.

let offsetMs = 0;
let bestRoundTripMs = Number.POSITIVE_INFINITY;

/** Returns the server's time in milliseconds since the epoch. */
export const serverNow = () => Date.now() + offsetMs;

/** Learns from an answer; the fastest one so far is the most exact. */
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

/** Resolves after `ms`; later in hidden tabs, which is fine for every caller. */
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Resolves after `ms`, or as soon as the network is back. */
export const pauseUnlessOnline = (ms: number) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });
