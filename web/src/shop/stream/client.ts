// Carries out what the state machine decides: a socket, an event source, timers, and wake-ups.
import { ApiError } from "../../common/http.ts";
import type { Admission, Seen } from "../api/admission.ts";
import type { Frame } from "../api/types.ts";
import { prove } from "../possession/device.ts";
import { frameOf, parseFrame } from "./frames.ts";
import { begin, type Connection, type Effect, type Input, step } from "./machine.ts";

export interface Listener {
  frame(frame: Frame): void;
  connection(connection: Connection): void;
  /** The ticket is not known (any more): there is nothing to listen to. */
  lost(code: string): void;
  /** Where to continue from. */
  seen(): Seen | null;
}

const DEFAULT_REFRESH_MS = 5_000;
/** What is spoken over a socket, and what a proof is offered as: a page can set no header there. */
const PROTOCOL = "sluice.v1";
const PROOF = "sluice.proof.";
/** What a browser says of a connection that it lost. */
const LOST: Input = { type: "closed", code: 1006, reason: "" };

export class StreamClient {
  private connection: Connection = begin();
  private socket: WebSocket | null = null;
  private events: EventSource | null = null;
  private timer = 0;
  private watchdog = 0;
  private openedAtMs = 0;
  private heardAtMs = 0;
  /** Incremented with every close, so that an answer to an older question is ignored. */
  private round = 0;

  constructor(
    private readonly admission: Admission,
    private readonly dropId: string,
    private readonly listener: Listener,
  ) {}

  start(): void {
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.handle({ type: "started" });
  }

  stop(): void {
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.handle({ type: "ended" });
  }

  private readonly wake = () => {
    if (document.visibilityState === "hidden") return;
    this.handle({ type: "woke", silentForMs: performance.now() - this.heardAtMs });
  };

  private handle(input: Input): void {
    const [connection, effects] = step(this.connection, input, Math.random());
    this.connection = connection;
    for (const effect of effects) this.carryOut(effect);
    this.listener.connection(connection);
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
        this.timer = window.setTimeout(() => this.handle({ type: "timer" }), effect.ms);
        return;
      case "watch":
        clearTimeout(this.watchdog);
        this.watchdog = window.setTimeout(() => this.handle({ type: "silent" }), effect.ms);
        return;
      case "verify":
        void this.verify();
        return;
    }
  }

  private openSocket(): void {
    const url = this.admission.socketUrl(this.dropId, this.listener.seen());
    this.withProof(url, (proof) => this.connect(proof === null ? [] : [PROTOCOL, PROOF + proof], url));
  }

  private connect(protocols: string[], url: string): void {
    const socket = new WebSocket(url, protocols);
    this.socket = socket;
    socket.onmessage = ({ data }) => this.receive(String(data));
    socket.onclose = ({ code, reason }) => {
      if (this.socket === socket) this.handle({ type: "closed", code, reason });
    };
  }

  private openEvents(): void {
    const url = this.admission.eventsUrl(this.dropId, this.listener.seen());
    this.withProof(url, (proof) => this.follow(proof === null ? url : withParameter(url, "proof", proof)));
  }

  private follow(url: string): void {
    const events = new EventSource(url, { withCredentials: true });
    this.events = events;
    events.onmessage = ({ data }) => this.receive(String(data));
    // Its own reconnects have no jitter and no end, so ours take over.
    events.onerror = () => {
      if (this.events === events) this.handle(LOST);
    };
  }

  /**
   * Goes on with a proof for this address, at once where no key can be, and not at all if the connection was
   * given up meanwhile. Without the key that there should be it is lost, and tried again.
   */
  private withProof(url: string, open: (proof: string | null) => void): void {
    const proving = prove("GET", url);
    if (proving === null) return open(null);
    const { round } = this;
    const ifWanted = (act: () => void) => {
      if (round === this.round) act();
    };
    void proving.then(
      (proof) => ifWanted(() => open(proof)),
      () => ifWanted(() => this.handle(LOST)),
    );
  }

  private receive(data: string): void {
    this.heardAtMs = performance.now();
    this.handle({ type: "message", openForMs: this.heardAtMs - this.openedAtMs });
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
      const ticket = await this.admission.ticket(this.dropId, this.listener.seen());
      if (round !== this.round) return;
      this.heardAtMs = performance.now();
      this.handle({ type: "polled", refreshAfterMs: ticket.refresh_after_ms ?? DEFAULT_REFRESH_MS });
      this.listener.frame(frameOf(ticket));
    } catch (error) {
      if (round === this.round && !this.isLost(error)) {
        const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : null;
        this.handle({ type: "poll_failed", retryAfterMs });
      }
    }
  }

  private async verify(): Promise<void> {
    try {
      this.listener.frame(frameOf(await this.admission.ticket(this.dropId, this.listener.seen())));
    } catch (error) {
      this.isLost(error);
    }
  }

  /** A refusal that no retry will change ends the stream. */
  private isLost(error: unknown): boolean {
    if (!(error instanceof ApiError) || error.isTransient) return false;
    this.stop();
    this.listener.lost(error.code);
    return true;
  }
}

const withParameter = (url: string, name: string, value: string) =>
  `${url}${url.includes("?") ? "&" : "?"}${name}=${value}`;
