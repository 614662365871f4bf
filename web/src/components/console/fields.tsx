// Fields of forms, each as it is usually, with a hint and with a fault.
import { useSignal } from "@preact/signals";
import {
  AreaField,
  CheckField,
  ChoiceField,
  NumberField,
  SelectField,
  TextField,
} from "../../console/parts/fields.tsx";
import { sayNumberFault } from "../../console/parts/number_fault.ts";
import { NO_WORDS } from "../../console/parts/words.ts";
import { WordsFields } from "../../console/parts/words_fields.tsx";
import { bound } from "../../console/state/bound.ts";
import { WallField } from "../../console/time/wall_field.tsx";
import { ownZone, type WallTime } from "../../console/time/zones.ts";
import { Shown } from "../shown.tsx";
import { t } from "../texts.ts";

const DOZEN = { min: 1, max: 12, isWhole: true };

export const FieldParts = () => (
  <Shown title={t("fields")}>
    <form onSubmit={(event) => event.preventDefault()}>
      <Texts />
      <Choices />
      <Times />
    </form>
  </Shown>
);

function Texts() {
  const text = useSignal("Celadon");
  const count = useSignal("1.5");
  const words = useSignal(NO_WORDS);
  return (
    <>
      <TextField label={t("usual")} {...bound(text)} />
      <TextField label={t("hinted")} hint={t("hint")} {...bound(text)} />
      <NumberField label={t("faulty")} fault={sayNumberFault(count.value, DOZEN)} {...bound(count)} />
      <TextField label={t("secret")} type="password" {...bound(text)} />
      <TextField label={t("search")} type="search" {...bound(text)} />
      <AreaField label={t("several")} {...bound(text)} />
      <WordsFields maxLength={500} {...bound(words)} />
    </>
  );
}

function Choices() {
  const chosen = useSignal<"one" | "other">("one");
  const isChecked = useSignal(true);
  const options = (["one", "other"] as const).map((value) => ({ value, label: t(value), hint: t("hint") }));
  return (
    <>
      <SelectField label={t("choice")} options={options} {...bound(chosen)} />
      <ChoiceField label={t("choice")} options={options} {...bound(chosen)} />
      <CheckField label={t("usual")} {...bound(isChecked)} />
      <CheckField label={t("hinted")} hint={t("hint")} {...bound(isChecked)} />
    </>
  );
}

function Times() {
  const usual = useSignal<WallTime>({ local: "2027-03-05T18:00", zone: ownZone(), isLater: false });
  // Clocks are set forward there in this hour, and set back in the other one.
  const skipped = useSignal<WallTime>({ local: "2027-03-28T02:30", zone: "Europe/Berlin", isLater: false });
  const twice = useSignal<WallTime>({ local: "2027-10-31T02:30", zone: "Europe/Berlin", isLater: false });
  return (
    <>
      <WallField label={t("usual")} {...bound(usual)} />
      <WallField label={t("faulty")} {...bound(skipped)} />
      <WallField label={t("choice")} {...bound(twice)} />
    </>
  );
}
