// An honest guess of the time left, from how fast the shown place fell lately.

interface Sample {
  atMs: number;
  place: number;
}

const WINDOW_MS = 90_000;
const ENOUGH_MS = 8_000;

export class Pace {
  private samples: Sample[] = [];

  note(atMs: number, place: number): void {
    const last = this.samples[this.samples.length - 1];
    if (last !== undefined && place > last.place) this.samples = [];
    this.samples.push({ atMs, place });
    this.samples = this.samples.filter((sample) => atMs - sample.atMs <= WINDOW_MS);
  }

  /** Milliseconds until place 0 at this pace, or null while nobody could say. */
  leftMs(nowMs: number): number | null {
    const first = this.samples[0];
    const last = this.samples[this.samples.length - 1];
    if (first === undefined || last === undefined) return null;
    const tookMs = nowMs - first.atMs;
    const moved = first.place - last.place;
    if (tookMs < ENOUGH_MS || moved < 1) return null;
    return (last.place / moved) * tookMs;
  }
}
