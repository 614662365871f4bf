// What the gate of a site does while its line gives no answer: seen, and changed by those who may.
import { useSignal } from "@preact/signals";
import { announceNow } from "../../../common/announce.ts";
import { number } from "../../../common/format.ts";
import type { FailureAnswer, FailureChoice, FailurePolicy } from "../../api/types.ts";
import { useAct } from "../../state/act.ts";
import { bound } from "../../state/bound.ts";
import { usePolled } from "../../state/polled.ts";
import { t } from "../../texts/index.ts";
import { ChoiceField, NumberField, TextField } from "../fields.tsx";
import { sayNumberFault } from "../number_fault.ts";
import { Problem, Stale } from "../problem.tsx";
import { Loading } from "../small.tsx";
import { choiceOf, isSame, PER_MINUTE, policiesFor } from "./choice.ts";

const EVERY_MS = 5_000;
/** What is offered where nobody has said how many yet. */
const USUAL_PER_MINUTE = 60;

interface Means {
  /** Whether everybody may join the line. */
  isForAll: boolean;
  change: (id: string, choice: FailureChoice, why: string) => Promise<FailureAnswer>;
}

interface FailurePartProps extends Means {
  dropId: string;
  mayChange: boolean;
  read: (id: string) => Promise<FailureAnswer>;
}

export function FailurePart({ dropId, mayChange, read, ...means }: FailurePartProps) {
  const { data, refusal, refresh } = usePolled(() => read(dropId), EVERY_MS, [dropId]);
  return (
    <section class="tile panel" aria-label={t("failure.title")}>
      <h2>{t("failure.title")}</h2>
      <p>{t("failure.intro")}</p>
      <Stale refusal={data === null ? null : refusal} />
      {data === null && refusal === null && <Loading />}
      {data === null && <Problem refusal={refusal} retry={refresh} />}
      {data !== null && <Now answer={data} isExplained={!mayChange} />}
      {data !== null && mayChange && <Form answer={data} onChanged={refresh} {...means} />}
    </section>
  );
}

interface NowProps {
  answer: FailureAnswer;
  /** Whether it says what the choice means: the form, where there is one, says it of each. */
  isExplained: boolean;
}

function Now({ answer: { policy, per_minute, let_through }, isExplained }: NowProps) {
  return (
    <>
      <p>
        <strong>{t("failure.now", { policy: t(`failure.${policy}`) })}</strong>
        {per_minute !== null && ` · ${t("failure.people", { people: number(per_minute) })}`}
      </p>
      {isExplained && <p class="small">{t(`failure.${policy}.hint`)}</p>}
      {let_through > 0 && <p class="small">{t("failure.let_through", { count: let_through })}</p>}
    </>
  );
}

interface FormProps extends Means {
  answer: FailureAnswer;
  onChanged: () => void;
}

function Form({ answer, onChanged, isForAll, change }: FormProps) {
  const { busy, refusal, run } = useAct();
  const policy = useSignal<FailurePolicy>(answer.policy);
  const perMinute = useSignal(String(answer.per_minute ?? USUAL_PER_MINUTE));
  const why = useSignal("");
  const choice = choiceOf(policy.value, perMinute.value);
  const isIdle = choice === null || isSame(choice, answer) || why.value.trim() === "";
  const submit = async (event: Event) => {
    event.preventDefault();
    if (choice === null || isIdle) return;
    if (!(await run(() => change(answer.drop_id, choice, why.value.trim())))) return;
    why.value = "";
    announceNow(t("act.done", { act: t("failure.do") }));
    onChanged();
  };
  return (
    <form onSubmit={submit}>
      <ChoiceField
        label={t("failure.choose")}
        options={policiesFor(isForAll).map((value) => ({
          value,
          label: t(`failure.${value}`),
          hint: t(`failure.${value}.hint`),
        }))}
        {...bound(policy)}
      />
      {!isForAll && <p class="small">{t("failure.not_for_all")}</p>}
      {policy.value === "open" && (
        <NumberField
          label={t("failure.per_minute")}
          fault={sayNumberFault(perMinute.value, PER_MINUTE)}
          {...bound(perMinute)}
        />
      )}
      <TextField label={t("act.why")} hint={t("act.why.hint")} maxLength={500} {...bound(why)} />
      <Problem refusal={refusal} />
      <button type="submit" class="button" disabled={busy || isIdle}>
        {t("failure.do")}
      </button>
    </form>
  );
}
