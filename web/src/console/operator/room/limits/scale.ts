// A slider for values of very different sizes: each step of it is the same share of the value.
import type { Range } from "../../../parts/numbers.ts";

/** Steps of a slider. */
export const STEPS = 1_000;

/** How far from the present value a slider reaches, as a factor. */
const REACH = 100;

/** Returns what a slider reaches from the value that a limit has now. */
export const reachOf = (now: number, { min, max, isWhole }: Range): Range => ({
  min: Math.max(min, isWhole ? Math.floor(now / REACH) : now / REACH),
  max: Math.min(max, now * REACH),
  isWhole,
});

/** Returns the step of a value; what is out of reach is at an end. */
export function stepOf(value: number, { min, max }: Range): number {
  if (value <= min || max <= min) return 0;
  return Math.min(STEPS, Math.round((STEPS * Math.log(value / min)) / Math.log(max / min)));
}

/** Returns the value of a step, with three digits that count. */
export function valueAt(step: number, { min, max, isWhole }: Range): number {
  const exact = min * (max / min) ** (step / STEPS);
  const short = Number(exact.toPrecision(3));
  const value = isWhole ? Math.round(short) : short;
  return Math.min(max, Math.max(min, value));
}

/**
 * Returns the value after a slider was moved from a value to a step. Where values lie further apart than
 * steps do, as small whole numbers, it is the next one, so that every key press does something.
 */
export function slid(value: number, step: number, range: Range): number {
  const next = valueAt(step, range);
  const direction = Math.sign(step - stepOf(value, range));
  if (next !== value || direction === 0) return next;
  const beside = range.isWhole ? value + direction : Number((value * (1 + direction / 100)).toPrecision(3));
  return Math.min(range.max, Math.max(range.min, beside));
}
