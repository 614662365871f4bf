// A drop's history as charts take it: one row a moment, in seconds, and numbers in columns.
import { HISTORY_COLUMNS, type History, type HistoryColumn } from "../api/types.ts";

export type Values = (number | null)[];

export interface Samples {
  /** Unix time in seconds, rising. */
  at: number[];
  columns: Record<HistoryColumn, Values>;
  /** Why nobody else was let in, though somebody waited. */
  heldUpBy: (string | null)[];
}

/** Columns that are totals; charts show how fast they grow, per second. */
const TOTALS: readonly HistoryColumn[] = ["joined", "admitted", "placed", "confirmed"];

/** Two points further apart than so many steps: nothing went on in between, and nothing was written. */
const APART = 2.5;

/** A drop that is not over has a row a minute, even at rest. When two are missing, nobody knows how it is now. */
const UNKNOWN_AFTER_S = 120;

const eachColumn = (values: (column: HistoryColumn) => Values): Record<HistoryColumn, Values> =>
  Object.fromEntries(HISTORY_COLUMNS.map((column) => [column, values(column)])) as Record<
    HistoryColumn,
    Values
  >;

/** Reads an answer; a column that an older server does not send has no values. */
export function samplesOf(history: Partial<History> & Pick<History, "at" | "step_s">): Samples {
  const at = history.at.map((moment) => Date.parse(moment) / 1_000);
  const column = (name: HistoryColumn) => at.map((_, n) => history[name]?.[n] ?? null);
  return {
    at,
    columns: eachColumn((name) =>
      TOTALS.includes(name) ? perSecond(at, column(name), history.step_s) : column(name),
    ),
    heldUpBy: at.map((_, n) => history.held_up_by?.[n] ?? null),
  };
}

/**
 * Returns how fast a total grew up to each point, null where that is not known. Where nothing went on for a
 * while, it grew in the last step. A line that was lost may begin to count anew.
 */
function perSecond(at: readonly number[], totals: Values, stepS: number): Values {
  return at.map((moment, n) => {
    const [before, total] = [totals[n - 1] ?? null, totals[n] ?? null];
    if (before === null || total === null) return null;
    const apart = moment - (at[n - 1] ?? moment);
    return Math.max(0, total - before) / (apart > APART * stepS ? stepS : Math.max(1, apart));
  });
}

/**
 * Puts fresh rows in the place of those from their first moment on, and drops what is before `fromS`. The
 * first row of an answer has no speeds: what was known of a moment stays known.
 */
export function joined(old: Samples, fresh: Samples, fromS: number): Samples {
  const firstFresh = fresh.at[0] ?? Number.POSITIVE_INFINITY;
  const rowOf = new Map(old.at.map((moment, n) => [moment, n]));
  const kept = old.at.flatMap((moment, n) => (moment >= fromS && moment < firstFresh ? [n] : []));
  const added = fresh.at.flatMap((moment, n) => (moment >= fromS ? [n] : []));
  const both = <Value>(before: (Value | null)[], after: (Value | null)[]) => [
    ...kept.map((n) => before[n] ?? null),
    ...added.map((n) => after[n] ?? before[rowOf.get(fresh.at[n] ?? 0) ?? -1] ?? null),
  ];
  return {
    at: [...kept.map((n) => old.at[n] ?? 0), ...added.map((n) => fresh.at[n] ?? 0)],
    columns: eachColumn((column) => both(old.columns[column], fresh.columns[column])),
    heldUpBy: both(old.heldUpBy, fresh.heldUpBy),
  };
}

/**
 * Puts a row before each one that comes long after the one before: nothing went on in between, so that all
 * stays as it was until then, nobody came, and a change is drawn where it happened. Likewise the last row holds
 * until `nowS`; null if the drop is over, and stays as it ended.
 */
export function held(samples: Samples, stepS: number, nowS: number | null = null): Samples {
  const rows: { at: number; from: number; isAdded: boolean }[] = [];
  samples.at.forEach((at, n) => {
    const before = samples.at[n - 1];
    if (before !== undefined && at - before > APART * stepS)
      rows.push({ at: at - stepS, from: n - 1, isAdded: true });
    rows.push({ at, from: n, isAdded: false });
  });
  const lastAt = samples.at.at(-1);
  if (lastAt !== undefined && nowS !== null && isAtRest(nowS - lastAt, stepS))
    rows.push({ at: nowS, from: samples.at.length - 1, isAdded: true });
  const valueAt = (column: HistoryColumn, { from, isAdded }: (typeof rows)[number]) =>
    isAdded && TOTALS.includes(column) ? 0 : (samples.columns[column][from] ?? null);
  return {
    at: rows.map((row) => row.at),
    columns: eachColumn((column) => rows.map((row) => valueAt(column, row))),
    heldUpBy: rows.map((row) => samples.heldUpBy[row.from] ?? null),
  };
}

/** Whether the last row, which stands at the beginning of its step, is so old because nothing goes on. */
const isAtRest = (ageS: number, stepS: number) => ageS > APART * stepS && ageS <= stepS + UNKNOWN_AFTER_S;

/** Returns the last value of a column that is known, or null. */
export function last(values: Values): number | null {
  return values.filter((value) => value !== null).at(-1) ?? null;
}

/** Returns the mean of the values that are known, or null. */
export function mean(values: Values): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Returns the row nearest to a moment; -1 if there is none. */
export function nearest(at: readonly number[], moment: number): number {
  let best = -1;
  at.forEach((candidate, n) => {
    const isNearer = best === -1 || Math.abs(candidate - moment) < Math.abs((at[best] ?? 0) - moment);
    if (isNearer) best = n;
  });
  return best;
}
