// The place as shown. It never rises unless a labelled event says why (invariant POS-1).
import type { Frame, Mode, Rise } from "../api/types.ts";

export interface Shown {
  epoch: number;
  evn: number;
  place: number;
  waiting: number;
  /** The place from which progress is counted. */
  start: number;
  rise: Rise | null;
  mode: Mode;
  message: string | null;
}

type Waiting = Extract<Frame, { type: "waiting" }>;

/** What to show after a frame, given what was shown before. */
export function show(previous: Shown | null, frame: Waiting): Shown {
  const mode = frame.mode ?? "running";
  const message = frame.message ?? null;
  if (previous === null) {
    return { ...pick(frame), start: frame.place, rise: null, mode, message };
  }
  // An older event, from an instance that lags: its place is not news.
  if (isOlder(frame, previous)) return { ...previous, mode, message };
  const rise = reasonToRise(previous, frame);
  if (rise === null) {
    const place = Math.min(previous.place, frame.place);
    return { ...pick(frame), place, start: previous.start, rise: previous.rise, mode, message };
  }
  return { ...pick(frame), start: Math.max(previous.start, frame.place), rise, mode, message };
}

const pick = ({ epoch, evn, place, waiting }: Waiting) => ({ epoch, evn, place, waiting });

const isOlder = (frame: Waiting, shown: Shown) =>
  frame.epoch < shown.epoch || (frame.epoch === shown.epoch && frame.evn < shown.evn);

/** A new epoch is a rebuilt line, also where the answer (a poll) carries no label. */
function reasonToRise(previous: Shown, frame: Waiting): Rise | null {
  if (frame.place <= previous.place) return null;
  if (frame.rise) return frame.rise;
  return frame.epoch > previous.epoch ? "rebuild" : null;
}

/** The form that the stream takes to go on where this browser was. */
export const seenOf = (shown: Shown) => `${shown.epoch}.${shown.evn}.${shown.place}`;

/** How much of the way is done, between 0 and 1. */
export function progressOf(shown: Shown): number {
  return shown.start <= 1 ? 1 : (shown.start - shown.place) / (shown.start - 1);
}
