// What a close code of the stream asks the browser to do.

export type CloseAdvice =
  /** The server is restarting and says when to come back. */
  | { kind: "restart"; retryAfterMs: number }
  /** Newer tabs hold this ticket's sockets: don't compete for them. */
  | { kind: "replaced" }
  /** Come back after the usual pause. */
  | { kind: "again" }
  /** The stream has nothing more to say for this ticket. */
  | { kind: "stop" };

const DEFAULT_RESTART_MS = 2_000;

export function adviceOf(code: number, reason: string): CloseAdvice {
  if (code === 1012) return { kind: "restart", retryAfterMs: retryAfterIn(reason) };
  if (code === 4002) return { kind: "replaced" };
  if (code >= 4500 && code <= 4999) return { kind: "stop" };
  return { kind: "again" };
}

function retryAfterIn(reason: string): number {
  const match = /retry_after_ms=(\d{1,7})/.exec(reason);
  return match?.[1] === undefined ? DEFAULT_RESTART_MS : Number(match[1]);
}
