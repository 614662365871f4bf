// The fault of a field in words.
import { number } from "../../../common/format.ts";
import { MAX_SHARES } from "../lanes/draft.ts";
import { t } from "../texts/index.ts";
import { type FaultCode, type Faults, type FieldName, rangeOf } from "./checks.ts";
import type { WizardDraft } from "./draft.ts";

const OF_NUMBERS: readonly FaultCode[] = ["number", "whole", "min", "max"];

/** Returns what is wrong with a field, or null. */
export function sayFault(name: FieldName, faults: Faults, draft: WizardDraft): string | null {
  const fault = faults[name];
  if (fault === undefined) return null;
  if (!OF_NUMBERS.includes(fault))
    return t(`wizard.fault.${fault}` as "wizard.fault.shares", { percent: MAX_SHARES });
  const { min, max } = rangeOf(name, draft);
  return t(`number.${fault}` as "number.number", { min: number(min), max: number(max) });
}
