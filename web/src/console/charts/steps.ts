// How far apart the figures beside a chart may stand: none is said that nobody could count.

const DECADES = 14;

/** Steps of 1, 2 and 5 times a power of ten, the least one first. */
export const stepsFrom = (least: number): readonly number[] =>
  Array.from({ length: DECADES }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power * least)).flat();

/** Of people, units and whatever else comes whole. */
export const COUNTS = stepsFrom(1);

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;

/** Of durations in milliseconds that are said as a clock's digits. */
export const CLOCK_MS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_S),
  ...stepsFrom(HOUR_S),
].map((seconds) => seconds * 1_000);
