// How a browser stays in touch with its place in line: WebSocket, then server-sent events,
// then polling. A pure state machine: what happened goes in, what to do comes out. The
// client beside it owns sockets and timers.
import { afterServersWish, fullJitter, pollPause } from "./backoff.ts";
import { adviceOf } from "./close.ts";

export type Transport = "socket" | "events" | "polling";
export type Phase = "connecting" | "live" | "backing_off" | "stopped";

export interface Line {
  phase: Phase;
  transport: Transport;
  /** Attempts that failed since a connection last held. */
  failures: number;
  /** Answers since polling began; now and then a socket is tried again. */
  polls: number;
  /** The server said that its stream is not for this ticket: polling tells why, and goes on if it must. */
  refused: boolean;
}

export type Happening =
  | { type: "started" }
  | { type: "message"; openForMs: number }
  | { type: "closed"; code: number; reason: string }
  /** The watchdog: nothing heard for too long. */
  | { type: "silent" }
  | { type: "timer" }
  | { type: "polled"; refreshAfterMs: number }
  | { type: "poll_failed"; retryAfterMs: number | null }
  /** The network or the tab came back. */
  | { type: "woke"; silentForMs: number }
  /** The ticket's way is over, or the page no longer cares. */
  | { type: "ended" };

export type Effect =
  | { type: "open"; transport: "socket" | "events" }
  | { type: "close" }
  | { type: "poll" }
  | { type: "wait"; ms: number }
  | { type: "watch"; ms: number }
  /** Ask once over HTTP why the stream does not want us. */
  | { type: "verify" };

export const EVENTS_AFTER = 3;
export const POLLING_AFTER = 6;
export const WATCHDOG_MS = 40_000;
const CONNECT_MS = 15_000;
const HELD_MS = 10_000;
const STALE_MS = 10_000;
const REPLACED_POLL_MS = 5_000;
const POLLS_BEFORE_SOCKET = 20;

export const begin = (): Line => ({
  phase: "connecting",
  transport: "socket",
  failures: 0,
  polls: 0,
  refused: false,
});

type Step = [Line, Effect[]];

export function step(line: Line, happening: Happening, random: number): Step {
  if (line.phase === "stopped") return [line, []];
  switch (happening.type) {
    case "started":
      return connect(line);
    case "message":
      return heard(line, happening.openForMs);
    case "closed":
      return closed(line, happening.code, happening.reason, random);
    case "silent":
      return failed(line, random);
    case "timer":
      return due(line);
    case "polled":
      return polled(line, happening.refreshAfterMs, random);
    case "poll_failed":
      return failed(line, random, happening.retryAfterMs);
    case "woke":
      return woke(line, happening.silentForMs);
    case "ended":
      return [{ ...line, phase: "stopped" }, [{ type: "close" }]];
  }
}

function connect(line: Line): Step {
  if (line.transport === "polling") return [{ ...line, phase: "connecting" }, [{ type: "poll" }]];
  return [
    { ...line, phase: "connecting" },
    [
      { type: "open", transport: line.transport },
      { type: "watch", ms: CONNECT_MS },
    ],
  ];
}

/** A message alone does not clear the failures: a server may greet and fall over each time. */
function heard(line: Line, openForMs: number): Step {
  const failures = openForMs >= HELD_MS ? 0 : line.failures;
  return [{ ...line, phase: "live", failures }, [{ type: "watch", ms: WATCHDOG_MS }]];
}

function closed(line: Line, code: number, reason: string, random: number): Step {
  const advice = adviceOf(code, reason);
  switch (advice.kind) {
    case "restart":
      return [
        { ...line, phase: "backing_off" },
        [{ type: "close" }, { type: "wait", ms: afterServersWish(advice.retryAfterMs, random) }],
      ];
    case "replaced":
      return [
        { ...line, phase: "live", transport: "polling", polls: 0 },
        [{ type: "close" }, { type: "wait", ms: pollPause(REPLACED_POLL_MS, random) }],
      ];
    case "stop":
      return [
        { ...line, phase: "connecting", transport: "polling", refused: true },
        [{ type: "close" }, { type: "poll" }],
      ];
    case "again":
      return failed(line, random);
  }
}

function failed(line: Line, random: number, retryAfterMs: number | null = null): Step {
  const failures = line.failures + 1;
  const transport = line.refused ? "polling" : transportAfter(failures);
  const pause = Math.max(
    fullJitter(failures, random),
    retryAfterMs === null ? 0 : afterServersWish(retryAfterMs, random),
  );
  const effects: Effect[] = [{ type: "close" }, { type: "wait", ms: pause }];
  // A handshake's refusal is hidden from scripts; a plain request tells its reason.
  if (transport === "events" && line.transport === "socket") effects.push({ type: "verify" });
  return [{ ...line, phase: "backing_off", transport, failures, polls: 0 }, effects];
}

function transportAfter(failures: number): Transport {
  if (failures >= POLLING_AFTER) return "polling";
  return failures >= EVENTS_AFTER ? "events" : "socket";
}

function due(line: Line): Step {
  if (line.transport !== "polling") return connect(line);
  if (line.refused || line.polls < POLLS_BEFORE_SOCKET) return [line, [{ type: "poll" }]];
  return connect({ ...line, transport: "socket", failures: POLLING_AFTER - 1, polls: 0 });
}

function polled(line: Line, refreshAfterMs: number, random: number): Step {
  return [
    { ...line, phase: "live", polls: line.polls + 1 },
    [{ type: "wait", ms: pollPause(refreshAfterMs, random) }],
  ];
}

/** A page that slept may hold a dead socket, and one that polls may have a network again. */
function woke(line: Line, silentForMs: number): Step {
  if (line.phase === "connecting" && line.transport !== "polling") return [line, []];
  if (line.phase === "live" && line.transport !== "polling" && silentForMs < STALE_MS) return [line, []];
  const failures = Math.min(line.failures, POLLING_AFTER - 1);
  const transport = line.refused ? "polling" : "socket";
  const [next, effects] = connect({ ...line, transport, failures, polls: 0 });
  return [next, [{ type: "close" }, ...effects]];
}
