// The steps in between: how many, when, how fast, who.
import { CheckField, ChoiceField, NumberField } from "../../parts/fields.tsx";
import { WallField } from "../../time/wall_field.tsx";
import { t } from "../texts/index.ts";
import type { Opening } from "./draft.ts";
import type { StepProps } from "./step_props.ts";

export function UnitsStep({ draft, say, change, stock }: StepProps & { stock: number | null }) {
  return (
    <>
      <NumberField
        label={t("units.units")}
        hint={stock === null ? t("units.units.hint") : t("units.of_stock", { count: stock })}
        value={draft.units}
        fault={say("units")}
        set={(units) => change({ units })}
      />
      <NumberField
        label={t("units.per_ticket")}
        value={draft.unitsPerTicket}
        fault={say("unitsPerTicket")}
        set={(unitsPerTicket) => change({ unitsPerTicket })}
      />
      <NumberField
        label={t("units.per_customer")}
        value={draft.unitsPerCustomer}
        fault={say("unitsPerCustomer")}
        set={(unitsPerCustomer) => change({ unitsPerCustomer })}
      />
    </>
  );
}

export function TimesStep({ draft, say, change }: StepProps) {
  const openings: Opening[] = draft.kind === "pass" ? ["now", "at"] : ["at", "now", "later"];
  return (
    <>
      <ChoiceField<Opening>
        label={t("times.opening")}
        value={draft.opening}
        options={openings.map((value) => ({ value, label: t(`times.${value}`) }))}
        set={(opening) => change({ opening })}
      />
      {draft.opening === "at" && (
        <WallField
          label={t("times.opens")}
          fault={say("opens")}
          value={draft.opens}
          // Both times are meant in one zone, until somebody says otherwise.
          set={(opens) => change({ opens, closes: { ...draft.closes, zone: opens.zone } })}
        />
      )}
      {draft.opening !== "later" && (
        <CheckField
          label={t("times.has_end")}
          hint={t("times.has_end.hint")}
          value={draft.hasEnd}
          set={(hasEnd) => change({ hasEnd })}
        />
      )}
      {draft.opening !== "later" && draft.hasEnd && (
        <WallField
          label={t("times.closes")}
          fault={say("closes")}
          value={draft.closes}
          set={(closes) => change({ closes })}
        />
      )}
    </>
  );
}

export function SpeedStep({ draft, say, change }: StepProps) {
  const kind = draft.kind;
  return (
    <>
      <NumberField
        label={t(`speed.pace.${kind}`)}
        hint={t(`speed.pace.${kind}.hint`)}
        value={draft.pace}
        fault={say("pace")}
        set={(pace) => change({ pace })}
      />
      <NumberField
        label={t(`speed.at_once.${kind}`)}
        hint={t("speed.at_once.hint")}
        value={draft.atOnce}
        fault={say("atOnce")}
        set={(atOnce) => change({ atOnce })}
      />
      {kind === "auto" && (
        <NumberField
          label={t("speed.orders")}
          value={draft.ordersPerSecond}
          fault={say("ordersPerSecond")}
          set={(ordersPerSecond) => change({ ordersPerSecond })}
        />
      )}
      <NumberField
        label={t(`speed.minutes.${kind}`)}
        hint={t(`speed.minutes.${kind}.hint`)}
        value={draft.minutes}
        fault={say("minutes")}
        set={(minutes) => change({ minutes })}
      />
    </>
  );
}

export function WhoStep({ draft, change }: StepProps) {
  return (
    <ChoiceField
      label={t("who.title")}
      value={draft.membersOnly ? "members" : "everybody"}
      options={[
        { value: "everybody", label: t("who.everybody"), hint: t("who.everybody.hint") },
        { value: "members", label: t("who.members"), hint: t("who.members.hint") },
      ]}
      set={(who) => change({ membersOnly: who === "members" })}
    />
  );
}
