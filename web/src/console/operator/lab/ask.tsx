// Asks for a crowd.
import { useSignal } from "@preact/signals";
import { number } from "../../../common/format.ts";
import { LOAD_PRESETS, type LoadPreset } from "../../api/load_types.ts";
import { askForCrowd } from "../../api/operator.ts";
import { NumberField, SelectField, TextField } from "../../parts/fields.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useAct } from "../../state/act.ts";
import { bound } from "../../state/bound.ts";
import { t } from "../texts/index.ts";
import { MOST, orderOf, sizeOf } from "./progress.ts";

export function Ask({ isBusy, onAsked }: { isBusy: boolean; onAsked: () => void }) {
  const { busy, refusal, run } = useAct();
  const preset = useSignal<LoadPreset>("spike");
  const shoppers = useSignal("1000");
  const units = useSignal("200");
  const why = useSignal("");
  const order = orderOf(preset.value, {
    shoppers: shoppers.value,
    units: units.value,
    why: why.value,
  });
  const submit = async (event: Event) => {
    event.preventDefault();
    if (order === null) return;
    const isAsked = await run(() => askForCrowd(order));
    if (!isAsked) return;
    why.value = "";
    onAsked();
  };
  const faultOf = (typed: string) =>
    sizeOf(typed) === null ? t("lab.size.fault", { most: number(MOST) }) : null;
  return (
    <section class="tile panel" aria-label={t("lab.ask")}>
      <h2>{t("lab.ask")}</h2>
      <form onSubmit={submit}>
        <div class="filters">
          <SelectField
            label={t("lab.preset")}
            hint={t(`preset.${preset.value}.hint`)}
            options={LOAD_PRESETS.map((value) => ({ value, label: t(`preset.${value}`) }))}
            {...bound(preset)}
          />
          <NumberField label={t("lab.shoppers")} fault={faultOf(shoppers.value)} {...bound(shoppers)} />
          <NumberField
            label={t("lab.units")}
            hint={t("lab.units.hint")}
            fault={faultOf(units.value)}
            {...bound(units)}
          />
        </div>
        <TextField label={t("act.why")} hint={t("act.why.hint")} maxLength={500} {...bound(why)} />
        <Problem refusal={refusal} />
        <button type="submit" class="button" disabled={busy || isBusy || order === null}>
          {t("lab.send")}
        </button>
        {isBusy && <p class="small">{t("lab.busy")}</p>}
      </form>
    </section>
  );
}
