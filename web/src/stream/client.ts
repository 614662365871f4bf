// The hands of the state machine: a socket, an event source, timers, and the page's wake-ups.
import type { Admission } from "../api/admission.ts";
import { ApiError } from "../api/http.ts";
import type { Frame } from "../api/types.ts";
import { frameOf, parseFrame } from "./frames.ts";
import { begin, type Effect, type Happening, type Line, step } from "./machine.ts";

export interface Listener {
  frame(frame: Frame): void;
  connection(line: Line): void;
  /** The ticket is not (or no longer) known: nothing to listen to. */
  lost(code: string): void;
  /** Where to go on from, as `epoch.evn.place`. */
  seen(): string | null;
}

const DEFAULT_REFRESH_MS = 5_000;

export class StreamClient {
  private line: Line = begin();
  private socket: WebSocket | null = null;
  private events: EventSource | null = null;
  private timer = 0;
  private watchdog = 0;
  private openedAtMs = 0;
  private heardAtMs = 0;
  /** Raised with every close, so that an answer to an older question is passed over. */
  private round = 0;

  constructor(
    private readonly admission: Admission,
    private readonly dropId: string,
    private readonly listener: Listener,
  ) {}

  start(): void {
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.happened({ type: "started" });
  }

  stop(): void {
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.happened({ type: "ended" });
  }

  private readonly wake = () => {
    if (document.visibilityState === "hidden") return;
    this.happened({ type: "woke", silentForMs: performance.now() - this.heardAtMs });
  };

  private happened(happening: Happening): void {
    const [line, effects] = step(this.line, happening, Math.random());
    this.line = line;
    for (const effect of effects) this.carryOut(effect);
    this.listener.connection(line);
  }

  private carryOut(effect: Effect): void {
    switch (effect.type) {
      case "open":
        this.openedAtMs = performance.now();
        return effect.transport === "socket" ? this.openSocket() : this.openEvents();
      case "close":
        return this.close();
      case "poll":
        void this.poll();
        return;
      case "wait":
        clearTimeout(this.timer);
        this.timer = window.setTimeout(() => this.happened({ type: "timer" }), effect.ms);
        return;
      case "watch":
        clearTimeout(this.watchdog);
        this.watchdog = window.setTimeout(() => this.happened({ type: "silent" }), effect.ms);
        return;
      case "verify":
        void this.verify();
        return;
    }
  }

  private openSocket(): void {
    const socket = new WebSocket(this.admission.socketUrl(this.dropId, this.listener.seen()));
    this.socket = socket;
    socket.onmessage = ({ data }) => this.receive(String(data));
    socket.onclose = ({ code, reason }) => {
      if (this.socket === socket) this.happened({ type: "closed", code, reason });
    };
  }

  private openEvents(): void {
    const events = new EventSource(this.admission.eventsUrl(this.dropId, this.listener.seen()), {
      withCredentials: true,
    });
    this.events = events;
    events.onmessage = ({ data }) => this.receive(String(data));
    // Its own reconnecting has no jitter and no end: ours takes over.
    events.onerror = () => {
      if (this.events === events) this.happened({ type: "closed", code: 1006, reason: "" });
    };
  }

  private receive(data: string): void {
    this.heardAtMs = performance.now();
    this.happened({ type: "message", openForMs: this.heardAtMs - this.openedAtMs });
    const frame = parseFrame(data);
    if (frame !== null) this.listener.frame(frame);
  }

  private close(): void {
    this.round += 1;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    const { socket, events } = this;
    this.socket = null;
    this.events = null;
    socket?.close();
    events?.close();
  }

  private async poll(): Promise<void> {
    const { round } = this;
    try {
      const ticket = await this.admission.ticket(this.dropId);
      if (round !== this.round) return;
      this.heardAtMs = performance.now();
      this.happened({ type: "polled", refreshAfterMs: ticket.refresh_after_ms ?? DEFAULT_REFRESH_MS });
      this.listener.frame(frameOf(ticket));
    } catch (error) {
      if (round === this.round && !this.isLost(error)) {
        const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : null;
        this.happened({ type: "poll_failed", retryAfterMs });
      }
    }
  }

  private async verify(): Promise<void> {
    try {
      this.listener.frame(frameOf(await this.admission.ticket(this.dropId)));
    } catch (error) {
      this.isLost(error);
    }
  }

  /** A refusal that no retry will change ends the stream. */
  private isLost(error: unknown): boolean {
    if (!(error instanceof ApiError) || error.passing) return false;
    this.stop();
    this.listener.lost(error.code);
    return true;
  }
}
