// What screen readers hear: ordinary news politely and rarely, urgent news at once.
import { byId, setText } from "./dom.ts";

const QUIET_MS = 10_000;

let pending: string | null = null;
let lastAtMs = Number.NEGATIVE_INFINITY;
let timer = 0;

/** Says the latest text, at most every ten seconds and only when it changed. */
export function announce(text: string): void {
  pending = text;
  const dueInMs = lastAtMs + QUIET_MS - performance.now();
  if (dueInMs <= 0) return say();
  if (timer === 0) timer = window.setTimeout(say, dueInMs);
}

function say(): void {
  clearTimeout(timer);
  timer = 0;
  if (pending === null) return;
  setText(byId("polite"), pending);
  pending = null;
  lastAtMs = performance.now();
}

/** Interrupts whatever is being read: only for what cannot wait. */
export function announceNow(text: string): void {
  pending = null;
  setText(byId("assertive"), text);
}
