// An honest estimate of the time left, from how fast the shown position fell lately.

interface Sample {
  atMs: number;
  position: number;
}

const WINDOW_MS = 90_000;
const ENOUGH_MS = 8_000;

export class Pace {
  private samples: Sample[] = [];

  note(atMs: number, position: number): void {
    const last = this.samples[this.samples.length - 1];
    if (last !== undefined && position > last.position) this.samples = [];
    this.samples.push({ atMs, position });
    this.samples = this.samples.filter((sample) => atMs - sample.atMs <= WINDOW_MS);
  }

  /** Returns the milliseconds until position 0 at this pace, or null while it is too early to tell. */
  leftMs(nowMs: number): number | null {
    const first = this.samples[0];
    const last = this.samples[this.samples.length - 1];
    if (first === undefined || last === undefined) return null;
    const tookMs = nowMs - first.atMs;
    const moved = first.position - last.position;
    if (tookMs < ENOUGH_MS || moved < 1) return null;
    return (last.position / moved) * tookMs;
  }
}
