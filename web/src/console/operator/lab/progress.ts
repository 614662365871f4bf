// How far a run of the load lab is, and what was found in it, in figures.
import type { LoadJudgement, LoadOrder, LoadRun, LoadVerdict } from "../../api/load_types.ts";

/** Most people, and most units, that a drop of a run may have. */
export const MOST = 20_000;

export const isUnderWay = ({ state }: LoadRun) => state === "waiting" || state === "running";

/** The stages of a crowd, each with its people and all of whom they are; nothing before its drops are there. */
export function stagesOf(run: LoadRun) {
  const people = run.shoppers * run.drop_ids.length;
  if (people === 0) return [];
  return (["joined", "admitted", "paid", "done"] as const).map((stage) => ({
    stage,
    count: run[stage],
    people,
    // Those who come back to a site are counted again.
    share: Math.min(run[stage] / people, 1),
  }));
}

const ORDER: readonly LoadVerdict[] = ["fail", "pass", "not_applicable"];

/** What was found, with what did not hold first. */
export const inOrder = (judgements: readonly LoadJudgement[]) =>
  [...judgements].sort((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));

/** How many rules held, did not, and could not be judged. */
export function countsOf(judgements: readonly LoadJudgement[]) {
  const count = (verdict: LoadVerdict) => judgements.filter((found) => found.verdict === verdict).length;
  return { pass: count("pass"), fail: count("fail"), not_applicable: count("not_applicable") };
}

/** Reads how many people or units are typed; null for what is no number of them. */
export function sizeOf(typed: string): number | null {
  const text = typed.trim();
  if (!/^\d+$/.test(text)) return null;
  const size = Number(text);
  return size >= 1 && size <= MOST ? size : null;
}

/** Returns what is asked for; null while something of it is wrong. */
export function orderOf(
  preset: LoadOrder["preset"],
  typed: { shoppers: string; units: string; why: string },
): LoadOrder | null {
  const [shoppers, units, why] = [sizeOf(typed.shoppers), sizeOf(typed.units), typed.why.trim()];
  if (shoppers === null || units === null || why === "") return null;
  return { preset, shoppers, units, why };
}
