// What the draft would do to the crowd that is expected, drawn while somebody types.
import { signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { digits, number } from "../../../common/format.ts";
import { asRefusal, type Refusal } from "../../api/call.ts";
import { whatIf } from "../../api/seller.ts";
import type { WhatIf } from "../../api/seller_types.ts";
import { Chart } from "../../charts/chart.tsx";
import { NumberField } from "../../parts/fields.tsx";
import { sayNumberFault } from "../../parts/number_fault.ts";
import { Problem } from "../../parts/problem.tsx";
import { Loading } from "../../parts/small.tsx";
import { language } from "../../state/language.ts";
import { t } from "../texts/index.ts";
import type { WizardDraft } from "./draft.ts";
import { EXPECTED_RANGES, type Expected, USUAL, whatIfBody } from "./expected.ts";
import { lasts } from "./lasts.ts";
import { samplesOfWhatIf, whatIfCharts } from "./what_if_charts.ts";

/** Nothing is asked for while somebody types. */
const REST_MS = 350;

/** Stays from step to step. */
const expected = signal<Expected>(USUAL);

export function WhatIfPart({ draft }: { draft: WizardDraft }) {
  const sellsUnits = draft.kind !== "pass";
  const names: (keyof Expected)[] = ["people", "atOpening", "overMinutes"];
  if (sellsUnits) names.push("pay", "payAfter");
  const { answer, refusal, isAsked } = useWhatIf(draft);
  return (
    <section class="tile panel" aria-label={t("what_if.title")}>
      <h2>{t("what_if.title")}</h2>
      <p class="small">{t(sellsUnits ? "what_if.hint.sale" : "what_if.hint.site")}</p>
      <div class="side-by-side">
        {names.map((name) => (
          <NumberField
            key={name}
            label={t(`what_if.${name}`)}
            value={expected.value[name]}
            fault={sayNumberFault(expected.value[name], EXPECTED_RANGES[name])}
            set={(typed) => {
              expected.value = { ...expected.peek(), [name]: typed };
            }}
          />
        ))}
      </div>
      <Problem refusal={refusal} />
      {!isAsked && <p class="small">{t("what_if.missing")}</p>}
      {isAsked && answer === null && refusal === null && <Loading />}
      {isAsked && answer !== null && <Told answer={answer} sellsUnits={sellsUnits} />}
    </section>
  );
}

/** Asks once somebody has stopped to type; the last answer stays until the next one is there. */
function useWhatIf(draft: WizardDraft) {
  const answer = useSignal<WhatIf | null>(null);
  const refusal = useSignal<Refusal | null>(null);
  const body = whatIfBody(draft, expected.value);
  const asked = JSON.stringify(body);
  useEffect(() => {
    let isWanted = true;
    const ask = async () => {
      if (body === null) return;
      try {
        const told = await whatIf(body);
        if (!isWanted) return;
        answer.value = told;
        refusal.value = null;
      } catch (error) {
        if (isWanted) refusal.value = asRefusal(error);
      }
    };
    const timer = setTimeout(() => void ask(), REST_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [asked]);
  return { answer: answer.value, refusal: refusal.value, isAsked: body !== null };
}

function Told({ answer, sellsUnits }: { answer: WhatIf; sellsUnits: boolean }) {
  const moment = useSignal<number | null>(null);
  const samples = useMemo(() => samplesOfWhatIf(answer), [answer]);
  const charts = useMemo(() => whatIfCharts(sellsUnits), [sellsUnits, language.value]);
  const scene = useMemo(() => sceneOf(answer), [answer]);
  return (
    <>
      <ul aria-live="polite">
        {saidOf(answer, sellsUnits).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <div class="charts">
        {charts.map((spec) => (
          <Chart key={spec.key} spec={spec} samples={samples} scene={scene} moment={moment} />
        ))}
      </div>
    </>
  );
}

const sceneOf = ({ step_s, joined }: WhatIf) => ({
  fromS: 0,
  toS: Math.max(1, joined.length - 1) * step_s,
  acts: [],
  showsDays: false,
  sayX: (at: number) => digits(at * 1_000),
});

/** What is to be seen in the curves, in words. */
function saidOf(answer: WhatIf, sellsUnits: boolean): string[] {
  const { sold_out_after_seconds: soldOut, wait_p50_seconds: half, wait_p90_seconds: most } = answer;
  const said = [endOf(answer, sellsUnits)];
  if (half !== null && most !== null) said.push(t("what_if.waits", { half: lasts(half), most: lasts(most) }));
  const unlucky = soldOut === null ? "what_if.waiting_on" : "what_if.too_late";
  if (answer.not_let_in > 0) said.push(t(unlucky, { people: number(answer.not_let_in) }));
  if (answer.held_up_by !== null) said.push(t(`what_if.by.${answer.held_up_by}`));
  return said;
}

function endOf(answer: WhatIf, sellsUnits: boolean): string {
  const after = lasts(answer.looked_seconds);
  if (!answer.is_over) return t("what_if.goes_on", { after });
  if (!sellsUnits) return t("what_if.all_in", { after });
  if (answer.sold_out_after_seconds !== null) return t("what_if.sold_out", { after });
  return t("what_if.left", { after, units: number(answer.available.at(-1) ?? 0) });
}
