// What each step of the wizard is given.
import type { FieldName } from "./checks.ts";
import type { WizardDraft } from "./draft.ts";

export interface StepProps {
  draft: WizardDraft;
  /** What is wrong with a field, once somebody has tried to go on. */
  say: (field: FieldName) => string | null;
  change: (part: Partial<WizardDraft>) => void;
}
