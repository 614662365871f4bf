// The steps of the wizard, and which fields each has.
import type { Faults, FieldName } from "./checks.ts";

export const STEPS = ["what", "units", "times", "speed", "who", "check"] as const;
export type StepName = (typeof STEPS)[number];

const FIELDS: Record<StepName, readonly FieldName[]> = {
  what: ["variant", "title", "siteUrl", "origins"],
  units: ["units", "unitsPerTicket", "unitsPerCustomer"],
  times: ["opens", "closes"],
  speed: ["pace", "atOnce", "ordersPerSecond", "minutes"],
  who: [],
  check: [],
};

export const stepOf = (name: string | null): StepName => STEPS.find((step) => step === name) ?? "what";

/** A drop that lets into a site has no units. */
export const stepsOf = (sellsUnits: boolean) => STEPS.filter((step) => sellsUnits || step !== "units");

/** Returns the first step that has a fault, or null. */
export const firstWrong = (faults: Faults) =>
  STEPS.find((step) => FIELDS[step].some((field) => faults[field] !== undefined)) ?? null;

export const isRight = (step: StepName, faults: Faults) =>
  FIELDS[step].every((field) => faults[field] === undefined);

/** Returns the step before or after one. */
export function beside(step: StepName, by: 1 | -1, steps: readonly StepName[]): StepName | null {
  return steps[steps.indexOf(step) + by] ?? null;
}
