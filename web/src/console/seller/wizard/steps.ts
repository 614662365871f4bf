// The steps of the wizard, and which fields each has.
import type { Faults } from "./checks.ts";

export const STEPS = ["what", "units", "times", "speed", "who", "check"] as const;
export type StepName = (typeof STEPS)[number];

/** Of a field that there may be many of, the name before its colon. */
const FIELDS: Record<StepName, readonly string[]> = {
  what: ["product", "title", "siteUrl", "origins"],
  units: ["units", "unitsPerTicket", "unitsPerCustomer"],
  times: ["opens", "closes"],
  speed: ["pace", "atOnce", "visits", "ordersPerSecond", "noShows", "minutes"],
  who: ["lanes", "laneName", "laneShare", "cooldown"],
  check: [],
};

export const stepOf = (name: string | null): StepName => STEPS.find((step) => step === name) ?? "what";

/** A drop that lets into a site has no units. */
export const stepsOf = (sellsUnits: boolean) => STEPS.filter((step) => sellsUnits || step !== "units");

/** Returns the first step that has a fault, or null. */
export const firstWrong = (faults: Faults) => STEPS.find((step) => !isRight(step, faults)) ?? null;

export const isRight = (step: StepName, faults: Faults) =>
  !Object.keys(faults).some((field) => FIELDS[step].includes(field.split(":", 1)[0] ?? field));

/** Returns the step before or after one. */
export function beside(step: StepName, by: 1 | -1, steps: readonly StepName[]): StepName | null {
  return steps[steps.indexOf(step) + by] ?? null;
}
