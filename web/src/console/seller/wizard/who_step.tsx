// Who may join, by which lanes, and what becomes of those who are away or do not pay.
import { CheckField, ChoiceField, NumberField } from "../../parts/fields.tsx";
import { LaneFields } from "../lanes/fields.tsx";
import { t } from "../texts/index.ts";
import { sortOf, WHO, type Who } from "./draft.ts";
import type { StepProps } from "./step_props.ts";

export function WhoStep({ draft, say, change }: StepProps) {
  const isSale = sortOf(draft) === "sale";
  // A site has no codes.
  const choices = WHO.filter((who) => isSale || who !== "invited");
  return (
    <>
      <ChoiceField<Who>
        label={t("who.title")}
        value={draft.who}
        options={choices.map((value) => ({ value, label: t(`who.${value}`), hint: t(`who.${value}.hint`) }))}
        set={(who) => change({ who })}
      />
      {isSale && (
        <fieldset class="variant">
          <legend>{t("lanes.title")}</legend>
          <LaneFields lanes={draft.lanes} say={say} set={(lanes) => change({ lanes })} />
        </fieldset>
      )}
      {isSale && (
        <NumberField
          label={t("who.cooldown")}
          hint={t("who.cooldown.hint")}
          value={draft.cooldown}
          fault={say("cooldown")}
          set={(cooldown) => change({ cooldown })}
        />
      )}
      <CheckField
        label={t("who.presence")}
        hint={t("who.presence.hint")}
        value={draft.presence}
        set={(presence) => change({ presence })}
      />
    </>
  );
}
