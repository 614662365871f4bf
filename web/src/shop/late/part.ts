// A part of the shop that is loaded when it is needed, or a while before.
import { fullJitter } from "../../common/backoff.ts";
import { pause, pauseUnlessOnline } from "../../common/clock.ts";
import { reloadIfOld } from "./reload.ts";

/** A part is loaded some time in these, so that not all who came at once ask for it at once. */
const SPREAD_MS = 10_000;
const MAX_SPREAD_MS = 160_000;
const LEAST_PAUSE_MS = 500;

export class LatePart<Part> {
  private asked: Promise<Part> | null = null;
  private isPrepared = false;
  private failures = 0;

  constructor(private readonly ask: () => Promise<Part>) {}

  /** Loads it, once. Whoever comes after a failure asks again. */
  load(): Promise<Part> {
    this.asked ??= this.ask().catch((error: unknown) => {
      this.asked = null;
      this.failures += 1;
      throw error;
    });
    return this.asked;
  }

  /** Loads it for whoever asks again by themselves after a failure. */
  attempt(): Promise<Part> {
    return this.load().catch((error: unknown) => {
      if (this.failures > 1) void reloadIfOld();
      throw error;
    });
  }

  /** Loads it before it is needed, quietly, with as many attempts as it takes. */
  async prepare(): Promise<void> {
    if (this.isPrepared) return;
    this.isPrepared = true;
    for (let spreadMs = SPREAD_MS; ; spreadMs = Math.min(2 * spreadMs, MAX_SPREAD_MS)) {
      await pause(Math.random() * spreadMs);
      const isThere = await this.load().then(
        () => true,
        () => false,
      );
      if (isThere) return;
    }
  }

  /** Loads it now, with as many attempts as it takes; `failed` hears of each that fails. */
  async untilLoaded(failed: () => void): Promise<Part> {
    for (;;) {
      try {
        return await this.attempt();
      } catch {
        failed();
        await pauseUnlessOnline(LEAST_PAUSE_MS + fullJitter(this.failures, Math.random()));
      }
    }
  }
}
