// When it opens, and how fast it goes.
import { CheckField, ChoiceField, NumberField } from "../../parts/fields.tsx";
import { WallField } from "../../time/wall_field.tsx";
import { t } from "../texts/index.ts";
import { type Opening, sortOf } from "./draft.ts";
import type { StepProps } from "./step_props.ts";

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
          hint={t(`times.has_end.hint.${sortOf(draft)}`)}
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
  const sort = sortOf(draft);
  return (
    <>
      <NumberField
        label={t(`speed.pace.${sort}`)}
        hint={t(`speed.pace.${sort}.hint`)}
        value={draft.pace}
        fault={say("pace")}
        set={(pace) => change({ pace })}
      />
      <NumberField
        label={t(`speed.at_once.${sort}`)}
        hint={t("speed.at_once.hint")}
        value={draft.atOnce}
        fault={say("atOnce")}
        set={(atOnce) => change({ atOnce })}
      />
      {sort === "sale" && (
        <NumberField
          label={t("speed.no_shows")}
          hint={t("speed.no_shows.hint")}
          value={draft.noShows}
          fault={say("noShows")}
          set={(noShows) => change({ noShows })}
        />
      )}
      {sort === "site" && (
        <NumberField
          label={t("speed.visits")}
          hint={t("speed.visits.hint")}
          value={draft.visits}
          fault={say("visits")}
          set={(visits) => change({ visits })}
        />
      )}
      {sort === "sale" && (
        <NumberField
          label={t("speed.orders")}
          value={draft.ordersPerSecond}
          fault={say("ordersPerSecond")}
          set={(ordersPerSecond) => change({ ordersPerSecond })}
        />
      )}
      <NumberField
        label={t(`speed.minutes.${sort}`)}
        hint={t(`speed.minutes.${sort}.hint`)}
        value={draft.minutes}
        fault={say("minutes")}
        set={(minutes) => change({ minutes })}
      />
    </>
  );
}
