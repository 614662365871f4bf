// The change of limits that is to come, and the way back from the last one.
import { useSignal } from "@preact/signals";
import { duration } from "../../../../common/format.ts";
import { callPlanOff, undoLimits } from "../../../api/operator.ts";
import type { Limits, LimitsPlan } from "../../../api/operator_types.ts";
import { rate } from "../../../format.ts";
import { ActDialog } from "../../../parts/act_dialog.tsx";
import { Moment } from "../../../parts/small.tsx";
import { sayActor } from "../../log/said.ts";
import { t } from "../../texts/index.ts";
import { limitName } from "./name.ts";
import { LIMIT_NAMES } from "./values.ts";

interface PlanProps {
  dropId: string;
  plan: LimitsPlan | null;
  sellsUnits: boolean;
  onChanged: () => void;
}

export function Plan({ dropId, plan, sellsUnits, onChanged }: PlanProps) {
  const isAsking = useSignal(false);
  if (plan === null) return null;
  return (
    <section class="tile panel">
      <h2>{t("plan.title")}</h2>
      <p>
        {t(plan.has_begun ? "plan.began" : "plan.begins")} <Moment at={plan.begins_at} />
        {plan.over_seconds > 0 && ` · ${t("plan.over", { time: duration(plan.over_seconds * 1_000) })}`}
      </p>
      <ul>
        {LIMIT_NAMES.filter((name) => plan.before[name] !== plan.after[name]).map((name) => (
          <li key={name}>
            {limitName(name, sellsUnits)}: {said(plan.before[name])} → {said(plan.after[name])}
          </li>
        ))}
      </ul>
      <p class="small">
        {sayActor(plan.made_by)}: {plan.why}
      </p>
      <Asking
        isAsking={isAsking.value}
        verb={t("plan.call_off")}
        hint={t("plan.call_off.hint")}
        act={(why) => callPlanOff(dropId, why)}
        ask={(asks) => {
          isAsking.value = asks;
        }}
        onChanged={onChanged}
      />
    </section>
  );
}

const said = (limit: Limits[keyof Limits]) => (limit === null ? t("limit.of_setting") : rate(limit));

export function Undo({ dropId, onChanged }: { dropId: string; onChanged: () => void }) {
  const isAsking = useSignal(false);
  return (
    <Asking
      isAsking={isAsking.value}
      verb={t("undo.do")}
      hint={t("undo.hint")}
      act={(why) => undoLimits(dropId, why)}
      ask={(asks) => {
        isAsking.value = asks;
      }}
      onChanged={onChanged}
    />
  );
}

interface AskingProps {
  isAsking: boolean;
  verb: string;
  hint: string;
  act: (why: string) => Promise<unknown>;
  ask: (asks: boolean) => void;
  onChanged: () => void;
}

/** A button with its question. */
function Asking({ isAsking, verb, hint, act, ask, onChanged }: AskingProps) {
  return (
    <>
      <div class="actions">
        <button type="button" class="button quiet" onClick={() => ask(true)}>
          {verb}
        </button>
      </div>
      {isAsking && (
        <ActDialog
          question={{ title: verb, hint, verb, whyLabel: t("act.why") }}
          act={({ why }) => act(why)}
          onDone={onChanged}
          onClose={() => ask(false)}
        />
      )}
    </>
  );
}
