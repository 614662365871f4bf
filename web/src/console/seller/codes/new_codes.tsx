// Makes codes that open a lane, all under one label.
import { useSignal } from "@preact/signals";
import { makeCodes } from "../../api/seller.ts";
import type { NewCodes } from "../../api/seller_types.ts";
import type { Drop } from "../../api/types.ts";
import { NumberField, SelectField, TextField } from "../../parts/fields.tsx";
import { sayNumberFault } from "../../parts/number_fault.ts";
import { numberOf, type Range } from "../../parts/numbers.ts";
import { Problem } from "../../parts/problem.tsx";
import { Submit } from "../../parts/submit.tsx";
import { useAct } from "../../state/act.ts";
import { bound } from "../../state/bound.ts";
import { t } from "../texts/index.ts";
import { laneName, lanesWithCodes } from "./lanes.ts";

const COUNT: Range = { min: 1, max: 10_000, isWhole: true };
const USES: Range = { min: 1, max: 1_000_000, isWhole: true };

export function NewCodesForm({ drop, onMade }: { drop: Drop; onMade: (made: NewCodes) => void }) {
  const { busy, refusal, run } = useAct();
  const lanes = lanesWithCodes(drop);
  const lane = useSignal(String(lanes[0]?.lane ?? 0));
  const count = useSignal("100");
  const uses = useSignal("1");
  const label = useSignal("");
  const faults = [sayNumberFault(count.value, COUNT), sayNumberFault(uses.value, USES)];
  const isFaulty = faults.some((fault) => fault !== null);
  const lack = label.value.trim() === "" ? t("codes.lack") : isFaulty ? t("form.faulty") : null;
  const submit = (event: Event) => {
    event.preventDefault();
    if (lack !== null) return;
    const body = {
      lane: Number(lane.peek()),
      count: numberOf(count.peek()) ?? 0,
      max_uses: numberOf(uses.peek()) ?? 0,
      label: label.peek().trim(),
    };
    void run(async () => {
      onMade(await makeCodes(drop.id, body));
      label.value = "";
    });
  };
  return (
    <section class="tile panel" aria-label={t("codes.new")}>
      <h2>{t("codes.new")}</h2>
      <p>{t(drop.invite_only ? "codes.needed" : "codes.hint")}</p>
      <form onSubmit={submit}>
        <SelectField
          label={t("codes.lane")}
          options={lanes.map((one) => ({ value: String(one.lane), label: laneName(one) }))}
          {...bound(lane)}
        />
        <TextField label={t("codes.label")} hint={t("codes.label.hint")} maxLength={200} {...bound(label)} />
        <NumberField label={t("codes.count")} fault={faults[0]} {...bound(count)} />
        <NumberField label={t("codes.uses")} fault={faults[1]} {...bound(uses)} />
        <Problem refusal={refusal} />
        <Submit busy={busy} lack={lack}>
          {t("codes.make")}
        </Submit>
      </form>
    </section>
  );
}
