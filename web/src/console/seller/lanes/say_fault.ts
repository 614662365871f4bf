// What is wrong with a lane, in words.
import { number } from "../../../common/format.ts";
import { t } from "../texts/index.ts";
import { type LaneFaultCode, MAX_SHARES, SHARE } from "./draft.ts";

export function sayLaneFault(fault: LaneFaultCode | undefined): string | null {
  if (fault === undefined) return null;
  if (fault === "missing") return t("wizard.fault.missing");
  if (fault === "shares") return t("wizard.fault.shares", { percent: MAX_SHARES });
  return t(`number.${fault}`, { min: number(SHARE.min), max: number(SHARE.max) });
}
