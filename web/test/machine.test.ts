import assert from "node:assert/strict";
import { test } from "node:test";
import {
  begin,
  type Connection,
  type Effect,
  type Input,
  isStreaming,
  step,
  WAKES,
} from "../src/shop/stream/machine.ts";

const RANDOM = 0.5;

/** Plays inputs from the start and returns where they lead, with the last step's effects. */
function play(...inputs: Input[]): { connection: Connection; effects: Effect[] } {
  let connection = begin();
  let effects: Effect[] = [];
  for (const input of [{ type: "started" } as const, ...inputs]) {
    [connection, effects] = step(connection, input, RANDOM);
  }
  return { connection, effects };
}

const lost: Input = { type: "closed", code: 1006, reason: "" };
const timer: Input = { type: "timer" };
const failures = (n: number) => Array.from({ length: n }, () => [lost, timer]).flat();
const closedWith = (code: number, reason = ""): Input => ({ type: "closed", code, reason });
const waitOf = (effects: Effect[]) => {
  const wait = effects.find((effect) => effect.type === "wait");
  return wait?.type === "wait" ? wait.ms : undefined;
};

test("a socket is opened first, and watched", () => {
  const { connection, effects } = play();
  assert.equal(connection.phase, "connecting");
  assert.deepEqual(effects[0], { type: "open", transport: "socket" });
  assert.equal(effects[1]?.type, "watch");
});

test("every message makes the connection live and feeds the watchdog for 40 seconds", () => {
  const { connection, effects } = play({ type: "message", openForMs: 5 });
  assert.equal(connection.phase, "live");
  assert.deepEqual(effects, [{ type: "watch", ms: 40_000 }]);
});

test("only a live stream tells what happens: neither a lost one nor polling does", () => {
  const greeting: Input = { type: "message", openForMs: 5 };
  assert.equal(isStreaming(play().connection), false);
  assert.equal(isStreaming(play(greeting).connection), true);
  assert.equal(isStreaming(play(...failures(3), greeting).connection), true, "server-sent events");
  for (const code of [1006, 1012, 4002, 4502]) {
    assert.equal(isStreaming(play(greeting, closedWith(code)).connection), false, String(code));
  }
  const polled: Input = { type: "polled", refreshAfterMs: 1_000 };
  assert.equal(isStreaming(play(...failures(6), polled).connection), false);
});

test("after three failures come server-sent events, after six polling", () => {
  assert.equal(play(...failures(2)).connection.transport, "socket");
  assert.deepEqual(play(...failures(3)).effects[0], { type: "open", transport: "events" });
  assert.equal(play(...failures(5)).connection.transport, "events");
  assert.deepEqual(play(...failures(6)).effects, [{ type: "poll" }]);
});

test("a socket that never opened is asked about over HTTP when events take over", () => {
  const { effects } = play(...failures(2), lost);
  assert.ok(effects.some((effect) => effect.type === "verify"));
});

test("a connection that greets and breaks does not clear the failures, one that holds does", () => {
  const greeting: Input = { type: "message", openForMs: 20 };
  const { connection } = play(greeting, lost, timer, greeting, lost, timer, greeting, lost);
  assert.equal(connection.transport, "events");
  assert.equal(play(...failures(2), { type: "message", openForMs: 10_000 }).connection.failures, 0);
});

/** How many of a thousand, whose tries fail so often, try again within each second after the last. */
function perSecond(n: number): number[] {
  const { connection } = play({ type: "message", openForMs: 60_000 }, ...failures(n - 1));
  const counts: number[] = [];
  for (let shopper = 0; shopper < 1_000; shopper += 1) {
    const second = Math.floor((waitOf(step(connection, lost, shopper / 1_000)[1]) ?? 0) / 1_000);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return counts;
}

test("a thousand whose server dies come back over seconds, and over more with each try that fails", () => {
  assert.deepEqual(perSecond(1), [250, 250, 250, 250]);
  for (const [tries, most] of [
    [2, 170],
    [3, 120],
    [6, 40],
  ] as const) {
    assert.ok(Math.max(...perSecond(tries)) <= most, `try ${tries}: ${perSecond(tries)}`);
  }
});

test("a restarting server says when to come back, and that is no failure", () => {
  const { connection, effects } = play(closedWith(1012, "retry_after_ms=4000"));
  assert.equal(waitOf(effects), 6_000);
  assert.equal(connection.failures, 0);
  assert.deepEqual(step(connection, timer, RANDOM)[1][0], { type: "open", transport: "socket" });
});

test("a restart without a time gets a default", () => {
  assert.equal(waitOf(play(closedWith(1012, "")).effects), 3_000);
});

test("codes from 4000 to 4499 come back, from 4500 on the stream is left alone and a poll tells why", () => {
  for (const code of [4000, 4001, 4003, 4499]) {
    assert.equal(play(closedWith(code)).connection.phase, "backing_off", String(code));
  }
  for (const code of [4500, 4501, 4502, 4503, 4999]) {
    const { connection, effects } = play(closedWith(code));
    assert.deepEqual(effects, [{ type: "close" }, { type: "poll" }], String(code));
    assert.equal(connection.refused, true, String(code));
  }
});

test("a refused stream is never opened again, neither by time nor by waking up", () => {
  const polled: Input[] = Array.from({ length: 50 }, () => [
    { type: "polled", refreshAfterMs: 1_000 } as const,
    timer,
  ]).flat();
  const { connection, effects } = play(closedWith(4503), ...polled);
  assert.deepEqual(effects, [{ type: "poll" }]);
  assert.deepEqual(step(connection, { type: "woke", silentForMs: 1e6 }, RANDOM)[1], [
    { type: "close" },
    { type: "poll" },
  ]);
});

test("a tab replaced by newer ones polls instead of fighting, and takes over again when looked at", () => {
  const { connection, effects } = play(closedWith(4002));
  assert.equal(connection.transport, "polling");
  assert.equal(waitOf(effects), 5_000);
  const [next, woken] = step(connection, { type: "woke", silentForMs: 60_000 }, RANDOM);
  assert.equal(next.transport, "socket");
  assert.deepEqual(woken[1], { type: "open", transport: "socket" });
});

test("silence counts as a failure and closes what was open", () => {
  const { connection, effects } = play({ type: "message", openForMs: 5 }, { type: "silent" });
  assert.equal(connection.failures, 1);
  assert.deepEqual(effects[0], { type: "close" });
});

test("polling keeps the server's pace", () => {
  const { connection, effects } = play(...failures(6), { type: "polled", refreshAfterMs: 20_000 });
  assert.equal(connection.phase, "live");
  assert.equal(waitOf(effects), 20_000);
});

test("a refused poll waits at least as long as the server says", () => {
  const { effects } = play(...failures(6), { type: "poll_failed", retryAfterMs: 60_000 });
  assert.equal(waitOf(effects), 90_000);
});

test("polling tries a socket again now and then, and one failure leads back to polling", () => {
  const polls = Array.from({ length: 20 }, (): Input[] => [{ type: "polled", refreshAfterMs: 1_000 }, timer]);
  const { connection, effects } = play(...failures(6), ...polls.flat());
  assert.deepEqual(effects[0], { type: "open", transport: "socket" });
  assert.equal(step(connection, lost, RANDOM)[0].transport, "polling");
});

test("waking up reconnects at once while backing off, and leaves a lively socket alone", () => {
  const { connection } = play(lost);
  const [next, effects] = step(connection, { type: "woke", silentForMs: 1 }, RANDOM);
  assert.equal(next.phase, "connecting");
  assert.deepEqual(effects[0], { type: "close" });
  const lively = play({ type: "message", openForMs: 5 }).connection;
  assert.deepEqual(step(lively, { type: "woke", silentForMs: 1_000 }, RANDOM)[1], []);
  assert.notDeepEqual(step(lively, { type: "woke", silentForMs: 30_000 }, RANDOM)[1], []);
});

test("a network that comes and goes cuts few pauses short, until a connection has held", () => {
  const woke: Input = { type: "woke", silentForMs: 1 };
  const cut = Array.from({ length: WAKES }, () => [lost, woke]).flat();
  const { connection } = play(...cut, lost);
  assert.deepEqual(step(connection, woke, RANDOM), [connection, []], "the timer of its pause goes on");
  const held: Input[] = [timer, { type: "message", openForMs: 60_000 }, lost];
  assert.equal(play(...cut, lost, ...held, woke).connection.phase, "connecting");
});

test("after the end nothing happens", () => {
  const { connection } = play({ type: "ended" });
  for (const input of [lost, timer, { type: "silent" }, { type: "woke", silentForMs: 1e9 }] as const) {
    assert.deepEqual(step(connection, input, RANDOM), [connection, []]);
  }
});
