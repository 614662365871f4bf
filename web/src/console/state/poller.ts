// Reads something again and again while its page is shown.
import { retryPause } from "../../common/backoff.ts";
import { asRefusal, type Refusal } from "../api/call.ts";

export interface Reading<Answer> {
  read(): Promise<Answer>;
  onAnswer(answer: Answer): void;
  onRefusal(refusal: Refusal): void;
}

/** Reads at a pace, slower after failures, not at all while nobody looks, and never twice at a time. */
export class Poller<Answer> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private isReading = false;
  private isStopped = false;

  constructor(
    private readonly reading: Reading<Answer>,
    private readonly everyMs: number,
    private readonly isShown: () => boolean = () => document.visibilityState === "visible",
  ) {}

  /** Reads now; also called when the page is shown again. */
  async now(): Promise<void> {
    if (this.isReading || this.isStopped) return;
    clearTimeout(this.timer);
    this.isReading = true;
    const pauseMs = await this.readOnce();
    this.isReading = false;
    if (!this.isStopped) this.timer = setTimeout(() => this.tick(), pauseMs);
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private tick(): void {
    if (this.isShown()) void this.now();
    else this.timer = setTimeout(() => this.tick(), this.everyMs);
  }

  /** Returns the pause after it. */
  private async readOnce(): Promise<number> {
    try {
      const answer = await this.reading.read();
      this.failures = 0;
      if (!this.isStopped) this.reading.onAnswer(answer);
      return this.everyMs;
    } catch (error) {
      this.failures += 1;
      const refusal = asRefusal(error);
      if (!this.isStopped) this.reading.onRefusal(refusal);
      return Math.max(this.everyMs, retryPause(this.failures, refusal.retryAfterMs, Math.random()));
    }
  }
}
