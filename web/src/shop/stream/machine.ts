// How a browser keeps its position up to date: WebSocket, then server-sent events, then
// polling. A pure state machine: what happened goes in, what to do comes out. The client
// beside it owns sockets and timers.
import { pollPause, retryPause, serverPause } from "../../common/backoff.ts";
import { adviceOf } from "./close.ts";

export type Transport = "socket" | "events" | "polling";
export type Phase = "connecting" | "live" | "backing_off" | "stopped";

export interface Connection {
  phase: Phase;
  transport: Transport;
  /** Failed attempts since a connection last held. */
  failures: number;
  /** Answers since polling began; after enough of them a socket is tried again. */
  polls: number;
  /** The server does not stream to this ticket: polling tells why, and continues if it must. */
  refused: boolean;
  /** Wakes that cut a pause short since a connection last held. */
  wakes: number;
}

export type Input =
  | { type: "started" }
  | { type: "message"; openForMs: number }
  | { type: "closed"; code: number; reason: string }
  /** The watchdog heard nothing for too long. */
  | { type: "silent" }
  | { type: "timer" }
  | { type: "polled"; refreshAfterMs: number }
  | { type: "poll_failed"; retryAfterMs: number | null }
  /** The network or the tab came back. */
  | { type: "woke"; silentForMs: number }
  /** The ticket has ended, or the page no longer needs it. */
  | { type: "ended" };

export type Effect =
  | { type: "open"; transport: "socket" | "events" }
  | { type: "close" }
  | { type: "poll" }
  | { type: "wait"; ms: number }
  | { type: "watch"; ms: number }
  /** Ask once over HTTP why the stream refused us. */
  | { type: "verify" };

export const EVENTS_AFTER = 3;
export const POLLING_AFTER = 6;
export const WATCHDOG_MS = 40_000;
const CONNECT_MS = 15_000;
const HELD_MS = 10_000;
const STALE_MS = 10_000;
const REPLACED_POLL_MS = 5_000;
const POLLS_BEFORE_SOCKET = 20;
/** A network that comes and goes would make a crowd of one page: from then on the pause is kept. */
export const WAKES = 3;

export const begin = (): Connection => ({
  phase: "connecting",
  transport: "socket",
  failures: 0,
  polls: 0,
  refused: false,
  wakes: 0,
});

/** Whether a stream tells what happens, so that nothing need be asked for. */
export const isStreaming = ({ phase, transport }: Connection) => phase === "live" && transport !== "polling";

type Step = [Connection, Effect[]];

export function step(connection: Connection, input: Input, random: number): Step {
  if (connection.phase === "stopped") return [connection, []];
  switch (input.type) {
    case "started":
      return connect(connection);
    case "message":
      return heard(connection, input.openForMs);
    case "closed":
      return closed(connection, input.code, input.reason, random);
    case "silent":
      return failed(connection, random);
    case "timer":
      return due(connection);
    case "polled":
      return polled(connection, input.refreshAfterMs, random);
    case "poll_failed":
      return failed(connection, random, input.retryAfterMs);
    case "woke":
      return woke(connection, input.silentForMs);
    case "ended":
      return [{ ...connection, phase: "stopped" }, [{ type: "close" }]];
  }
}

function connect(connection: Connection): Step {
  if (connection.transport === "polling") return [{ ...connection, phase: "connecting" }, [{ type: "poll" }]];
  return [
    { ...connection, phase: "connecting" },
    [
      { type: "open", transport: connection.transport },
      { type: "watch", ms: CONNECT_MS },
    ],
  ];
}

/** A message alone does not clear the failures: a server may greet us and crash each time. */
function heard(connection: Connection, openForMs: number): Step {
  const { failures, wakes } = openForMs >= HELD_MS ? { failures: 0, wakes: 0 } : connection;
  return [{ ...connection, phase: "live", failures, wakes }, [{ type: "watch", ms: WATCHDOG_MS }]];
}

function closed(connection: Connection, code: number, reason: string, random: number): Step {
  const advice = adviceOf(code, reason);
  switch (advice.kind) {
    case "restart":
      return [
        { ...connection, phase: "backing_off" },
        [{ type: "close" }, { type: "wait", ms: serverPause(advice.retryAfterMs, random) }],
      ];
    case "replaced":
      return [
        { ...connection, phase: "live", transport: "polling", polls: 0 },
        [{ type: "close" }, { type: "wait", ms: pollPause(REPLACED_POLL_MS, random) }],
      ];
    case "stop":
      return [
        { ...connection, phase: "connecting", transport: "polling", refused: true },
        [{ type: "close" }, { type: "poll" }],
      ];
    case "again":
      return failed(connection, random);
  }
}

function failed(connection: Connection, random: number, retryAfterMs: number | null = null): Step {
  const failures = connection.failures + 1;
  const transport = connection.refused ? "polling" : transportAfter(failures);
  const ms = retryPause(failures, retryAfterMs, random);
  const effects: Effect[] = [{ type: "close" }, { type: "wait", ms }];
  // Scripts cannot see why a handshake was refused; a plain request tells the reason.
  if (transport === "events" && connection.transport === "socket") effects.push({ type: "verify" });
  return [{ ...connection, phase: "backing_off", transport, failures, polls: 0 }, effects];
}

function transportAfter(failures: number): Transport {
  if (failures >= POLLING_AFTER) return "polling";
  return failures >= EVENTS_AFTER ? "events" : "socket";
}

function due(connection: Connection): Step {
  if (connection.transport !== "polling") return connect(connection);
  if (connection.refused || connection.polls < POLLS_BEFORE_SOCKET) return [connection, [{ type: "poll" }]];
  return connect({ ...connection, transport: "socket", failures: POLLING_AFTER - 1, polls: 0 });
}

function polled(connection: Connection, refreshAfterMs: number, random: number): Step {
  return [
    { ...connection, phase: "live", polls: connection.polls + 1 },
    [{ type: "wait", ms: pollPause(refreshAfterMs, random) }],
  ];
}

/** A page that slept may hold a dead socket, and one that polls may be back on the network. */
function woke(connection: Connection, silentForMs: number): Step {
  const streams = connection.transport !== "polling";
  if (streams && connection.phase === "connecting") return [connection, []];
  if (streams && connection.phase === "live" && silentForMs < STALE_MS) return [connection, []];
  const isPause = connection.phase === "backing_off";
  if (isPause && connection.wakes >= WAKES) return [connection, []];
  const wakes = connection.wakes + (isPause ? 1 : 0);
  const failures = Math.min(connection.failures, POLLING_AFTER - 1);
  const transport = connection.refused ? "polling" : "socket";
  const [next, effects] = connect({ ...connection, transport, failures, polls: 0, wakes });
  return [next, [{ type: "close" }, ...effects]];
}
