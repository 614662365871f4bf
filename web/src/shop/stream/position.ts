// The position as shown. It never rises unless a labelled event says why (invariant POS-1).
import type { Words } from "../../common/language.ts";
import type { Seen } from "../api/admission.ts";
import type { Mode, Rise, WaitingFrame } from "../api/types.ts";
import { type Outlook, outlookAfter } from "./outlook.ts";

export interface Shown extends Outlook {
  epoch: number;
  evn: number;
  position: number;
  waiting: number;
  /** The position from which progress is counted. */
  start: number;
  rise: Rise | null;
  mode: Mode;
  /** When maintenance is said to end. */
  until: string | null;
  message: Words | null;
  /** Units that nobody has, and units that may come back; null while that is not known. */
  left: number | null;
  held: number | null;
}

/** Returns what to show after a frame, given what was shown before. */
export function shownAfter(previous: Shown | null, frame: WaitingFrame): Shown {
  const room = roomOf(frame, previous);
  const told = { ...pick(frame), ...room, ...outlookAfter(previous, frame) };
  if (previous === null) return { ...told, start: frame.position, rise: null };
  // An older event, from an instance that lags behind: its position is out of date.
  if (isOlder(frame, previous)) return { ...previous, ...room };
  const rise = reasonToRise(previous, frame);
  if (rise === null) {
    const position = Math.min(previous.position, frame.position);
    return { ...told, position, start: previous.start, rise: previous.rise };
  }
  return { ...told, start: Math.max(previous.start, frame.position), rise };
}

/** What a frame says of the room. The answer to a join says nothing of the stock. */
const roomOf = (frame: WaitingFrame, previous: Shown | null) => ({
  mode: frame.mode ?? "running",
  until: frame.mode_until ?? null,
  message: frame.message ?? null,
  left: frame.units_left ?? previous?.left ?? null,
  held: frame.units_held ?? previous?.held ?? null,
});

const pick = ({ epoch, evn, position, waiting }: WaitingFrame) => ({ epoch, evn, position, waiting });

const isOlder = (frame: WaitingFrame, shown: Shown) =>
  frame.epoch < shown.epoch || (frame.epoch === shown.epoch && frame.evn < shown.evn);

/** A new epoch means a rebuilt line, even where an answer has no label: that of a join never has one. */
function reasonToRise(previous: Shown, frame: WaitingFrame): Rise | null {
  if (frame.position <= previous.position) return null;
  if (frame.rise) return frame.rise;
  return frame.epoch > previous.epoch ? "rebuild" : null;
}

/** What the stream goes on from: the place and the time that this browser showed last. */
export const seenOf = ({ epoch, evn, position, toldS }: Shown): Seen => ({
  place: `${epoch}.${evn}.${position}`,
  etaS: toldS,
});

/** Returns how much of the way is done, between 0 and 1. */
export function progressOf(shown: Shown): number {
  return shown.start <= 1 ? 1 : (shown.start - shown.position) / (shown.start - 1);
}
