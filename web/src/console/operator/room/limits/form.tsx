// The limits of a drop: changed at once, at a time or slowly, and seen before they are.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { serverNow } from "../../../../common/clock.ts";
import { changeLimits, planLimits } from "../../../api/operator.ts";
import type { LimitsAnswer, LimitsChange } from "../../../api/operator_types.ts";
import { ActDialog } from "../../../parts/act_dialog.tsx";
import { Lack } from "../../../parts/submit.tsx";
import { bound } from "../../../state/bound.ts";
import { ownZone, wallOf } from "../../../time/zones.ts";
import { t } from "../../texts/index.ts";
import { LimitField } from "./limit_field.tsx";
import { limitName } from "./name.ts";
import { Preview } from "./preview.tsx";
import { planOf, type Timing, timingFault } from "./timing.ts";
import { TimingFields } from "./timing_fields.tsx";
import {
  changeOf,
  type Draft,
  draftOf,
  foreseen,
  hasChange,
  isRight,
  LIMIT_NAMES,
  type LimitName,
  limitsOf,
} from "./values.ts";

const HOUR_MS = 3_600_000;

const untimed = (): Timing => ({
  isLater: false,
  at: { local: wallOf(serverNow() + HOUR_MS, ownZone()), zone: ownZone(), isLater: false },
  isSlow: false,
  minutes: "10",
});

interface LimitsFormProps {
  sellsUnits: boolean;
  limits: LimitsAnswer;
  onChanged: () => void;
}

export function LimitsForm({ sellsUnits, limits, onChanged }: LimitsFormProps) {
  // Null while nothing was touched: then the fields follow what the drop has.
  const draft = useSignal<{ values: Draft; version: number } | null>(null);
  const timing = useSignal<Timing>(untimed());
  const isAsking = useSignal(false);
  const values = draft.value?.values ?? draftOf(limits);
  const change: LimitsChange = isRight(values) ? changeOf(values, limits) : {};
  const fault = timingFault(timing.value, change, serverNow());
  const isFaulty = fault !== null || !isRight(values);
  const lack = isFaulty ? t("form.faulty") : hasChange(change) ? null : t("limits.unchanged");
  const lackId = useId();
  const describedBy = lack === null ? undefined : lackId;
  const verb = t(planOf(timing.value) === null ? "limits.apply" : "limits.plan");
  const reset = () => {
    draft.value = null;
    timing.value = untimed();
  };
  const isTouched = draft.value !== null || timing.value.isLater || timing.value.isSlow;
  const setLimit = (name: LimitName, typed: string) => {
    const version = draft.peek()?.version ?? limits.limits_version;
    draft.value = { values: { ...values, [name]: typed }, version };
  };
  const submit = (event: Event) => {
    event.preventDefault();
    isAsking.value = lack === null;
  };
  return (
    <>
      <form class="limits" onSubmit={submit}>
        {draft.value !== null && draft.value.version !== limits.limits_version && (
          <p class="notice" role="alert">
            {t("limits.changed_meanwhile")}
          </p>
        )}
        <LimitFields sellsUnits={sellsUnits} values={values} limits={limits} set={setLimit} />
        {hasChange(foreseen(change)) && <Preview dropId={limits.drop_id} change={foreseen(change)} />}
        <TimingFields fault={fault} {...bound(timing)} />
        <div class="actions">
          <button
            type="button"
            class="button quiet"
            disabled={!isTouched}
            aria-describedby={isTouched ? undefined : describedBy}
            onClick={reset}
          >
            {t("limits.reset")}
          </button>
          <button type="submit" class="button" disabled={lack !== null} aria-describedby={describedBy}>
            {verb}
          </button>
        </div>
        <Lack id={lackId} text={lack} />
      </form>
      {isAsking.value && (
        <ActDialog
          question={{
            title: t("limits.title"),
            hint: said(change, sellsUnits),
            verb,
            whyLabel: t("act.why"),
          }}
          act={({ why }) => apply(limits.drop_id, change, timing.peek(), why)}
          onDone={() => {
            reset();
            onChanged();
          }}
          onClose={() => {
            isAsking.value = false;
          }}
        />
      )}
    </>
  );
}

interface LimitFieldsProps {
  sellsUnits: boolean;
  values: Draft;
  limits: LimitsAnswer;
  set: (name: LimitName, typed: string) => void;
}

function LimitFields({ sellsUnits, values, limits, set }: LimitFieldsProps) {
  return (
    <div class="limit-fields">
      {limitsOf(sellsUnits).map((name) => (
        <LimitField
          key={name}
          name={name}
          sellsUnits={sellsUnits}
          typed={values[name]}
          now={limits[name]}
          set={(typed) => set(name, typed)}
        />
      ))}
    </div>
  );
}

/** The new limits in words. */
const said = (change: LimitsChange, sellsUnits: boolean) =>
  LIMIT_NAMES.filter((name) => name in change)
    .map((name) => `${limitName(name, sellsUnits)}: ${change[name] ?? t("limit.of_setting")}`)
    .join(" · ");

async function apply(dropId: string, change: LimitsChange, timing: Timing, why: string): Promise<void> {
  const plan = planOf(timing);
  if (plan === null) await changeLimits(dropId, change, why);
  else await planLimits(dropId, { ...change, ...plan, why });
}
