// What operators and sellers did with a drop, as marks in its charts.

/** An act, with the number that its mark has. */
export interface Act {
  number: number;
  /** Unix time in seconds. */
  at: number;
  action: string;
  actor: string;
  why: string;
  /** The drop that it was done with, if it was one. */
  dropId: string | null;
}

/** Something that somebody did. */
export interface Entry {
  at: string;
  action: string;
  actor: string;
  why: string;
  drop_id?: string | null;
}

/** Returns the acts within a window, the first one first, numbered from 1. */
export function actsWithin(entries: readonly Entry[], fromS: number, toS: number): Act[] {
  return entries
    .map(({ at, drop_id, action, actor, why }) => ({
      at: Date.parse(at) / 1_000,
      action,
      actor,
      why,
      dropId: drop_id ?? null,
    }))
    .filter(({ at }) => at >= fromS && at <= toS)
    .sort((a, b) => a.at - b.at)
    .map((act, n) => ({ number: n + 1, ...act }));
}

/** Where acts are marked, and with which numbers: one for all that are too near each other for marks of their own. */
export interface Mark {
  x: number;
  first: number;
  last: number;
}

/** Returns the marks of acts in their order, each at least so far from the one before it. */
export function marksOf(acts: readonly Act[], xOf: (act: Act) => number, apart: number): Mark[] {
  const marks: Mark[] = [];
  for (const act of acts) {
    const [x, before] = [xOf(act), marks.at(-1)];
    if (before !== undefined && x - before.x < apart) before.last = act.number;
    else marks.push({ x, first: act.number, last: act.number });
  }
  return marks;
}

/** Returns the acts that stand near enough to a moment to be read with its figures. */
export const actsNear = (acts: readonly Act[], moment: number, withinS: number) =>
  acts.filter((act) => Math.abs(act.at - moment) <= withinS);
