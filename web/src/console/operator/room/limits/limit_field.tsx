// One limit: a slider for the rough size, and a field for the exact one.
import { useId } from "preact/hooks";
import { NumberField } from "../../../parts/fields.tsx";
import { sayNumberFault } from "../../../parts/number_fault.ts";
import { numberOf, typedOf } from "../../../parts/numbers.ts";
import { t } from "../../texts/index.ts";
import { limitHint, limitName } from "./name.ts";
import { reachOf, STEPS, slid, stepOf } from "./scale.ts";
import { hasSlider, isOfSetting, type LimitName, mayBeEmpty, RANGES } from "./values.ts";

interface LimitFieldProps {
  name: LimitName;
  sellsUnits: boolean;
  /** As it is typed. */
  typed: string;
  /** As the drop has it. */
  now: number | null;
  set: (typed: string) => void;
}

/** Where the slider of a cap starts from that was left to the setting for all drops. */
const UNSET = 10_000;

export function LimitField(props: LimitFieldProps) {
  const { name, sellsUnits, typed, now, set } = props;
  const value = numberOf(typed);
  return (
    <fieldset class={value === now ? "limit" : "limit changed"}>
      <legend>{limitName(name, sellsUnits)}</legend>
      {hasSlider(name) && <Slider {...props} />}
      <NumberField
        label={t(hasSlider(name) ? "limit.exact" : "limit.percent")}
        hint={limitHint(name, sellsUnits)}
        fault={sayNumberFault(typed, RANGES[name], mayBeEmpty(name))}
        value={typed}
        set={set}
      />
    </fieldset>
  );
}

function Slider({ name, sellsUnits, typed, now, set }: LimitFieldProps) {
  const id = useId();
  const reach = reachOf(now ?? UNSET, RANGES[name]);
  const from = numberOf(typed) ?? now ?? UNSET;
  // Without a cap of its own a line takes as many as it ever may: the slider stands at its end.
  const isUnset = isOfSetting(name, typed);
  const slide = (step: number) => set(typedOf(slid(from, step, reach)));
  return (
    <>
      <label class="heard-only" for={id}>
        {t("limit.slider", { limit: limitName(name, sellsUnits) })}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={STEPS}
        step={1}
        value={isUnset ? STEPS : stepOf(from, reach)}
        aria-valuetext={isUnset ? t("limit.of_setting") : typedOf(from)}
        onInput={(event) => slide(Number(event.currentTarget.value))}
      />
    </>
  );
}
