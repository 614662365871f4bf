// When a change of limits comes.
import { CheckField, NumberField } from "../../../parts/fields.tsx";
import { WallField } from "../../../time/wall_field.tsx";
import { t } from "../../texts/index.ts";
import type { Timing, TimingFault } from "./timing.ts";

interface TimingFieldsProps {
  value: Timing;
  fault: TimingFault | null;
  set: (timing: Timing) => void;
}

export function TimingFields({ value: timing, fault, set }: TimingFieldsProps) {
  const isOfTime = fault === "past" || fault === "far";
  return (
    <fieldset>
      <legend>{t("timing.title")}</legend>
      <CheckField
        label={t("timing.later")}
        value={timing.isLater}
        set={(isLater) => set({ ...timing, isLater })}
      />
      {timing.isLater && (
        <WallField
          label={t("timing.at")}
          fault={isOfTime ? t(`timing.fault.${fault}`) : null}
          value={timing.at}
          set={(at) => set({ ...timing, at })}
        />
      )}
      <CheckField
        label={t("timing.slowly")}
        hint={t("timing.slowly.hint")}
        value={timing.isSlow}
        set={(isSlow) => set({ ...timing, isSlow })}
      />
      {timing.isSlow && (
        <NumberField
          label={t("timing.minutes")}
          fault={fault !== null && !isOfTime ? t(`timing.fault.${fault}`) : null}
          value={timing.minutes}
          set={(minutes) => set({ ...timing, minutes })}
        />
      )}
    </fieldset>
  );
}
