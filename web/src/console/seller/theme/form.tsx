// Colours and texts, with what they come to while they are typed.
import { useSignal } from "@preact/signals";
import { announceNow } from "../../../common/announce.ts";
import { AreaField, TextField } from "../../parts/fields.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useAct } from "../../state/act.ts";
import { setTheme, type Theme, type Wording } from "./api.ts";
import { useColours } from "./colours.ts";
import { bodyOf, type Draft, darkerIn, draftOf, isColourOrNone, isInBothOrNone, isWhole } from "./draft.ts";
import { Preview } from "./preview.tsx";
import { t } from "./texts/index.ts";

interface FormProps {
  dropId: string | null;
  theme: Theme;
  onSaved: () => void;
}

export function ThemeForm({ dropId, theme, onSaved }: FormProps) {
  const { busy, refusal, run } = useAct();
  const draft = useSignal<Draft>(draftOf(theme));
  const { accent, band, tagline, message } = draft.value;
  const found = useColours(theme.colours, accent, band);
  const darker = darkerIn(found.refusal);
  const change = (part: Partial<Draft>) => {
    draft.value = { ...draft.value, ...part };
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!(await run(() => setTheme(dropId, bodyOf(draft.value))))) return;
    announceNow(t("theme.saved"));
    onSaved();
  };
  return (
    <>
      <section class="tile panel" aria-label={t("theme.look")}>
        <h2>{t("theme.look")}</h2>
        <form onSubmit={submit}>
          <div class="filters">
            <TextField
              label={t("theme.accent")}
              hint={t("theme.accent.hint")}
              fault={colourFault(accent) ?? (darker === null ? null : t("theme.faint", { darker }))}
              maxLength={7}
              value={accent}
              set={(text) => change({ accent: text })}
            />
            <TextField
              label={t("theme.band")}
              hint={t("theme.band.hint")}
              fault={colourFault(band)}
              maxLength={7}
              value={band}
              set={(text) => change({ band: text })}
            />
          </div>
          <Texts name="tagline" wording={tagline} set={(wording) => change({ tagline: wording })} />
          <Texts name="message" wording={message} set={(wording) => change({ message: wording })} />
          <Problem refusal={refusal} />
          <button type="submit" class="button" disabled={busy || darker !== null || !isWhole(draft.value)}>
            {t("theme.save")}
          </button>
        </form>
      </section>
      <Preview draft={draft.value} colours={found.colours} logo={theme.logo} />
    </>
  );
}

const colourFault = (text: string) => (isColourOrNone(text) ? null : t("theme.fault.colour"));

interface TextsProps {
  name: "tagline" | "message";
  wording: Wording;
  set: (wording: Wording) => void;
}

/** One text, in each language. */
function Texts({ name, wording, set }: TextsProps) {
  const fault = isInBothOrNone(wording) ? null : t("theme.fault.both");
  const maxLength = name === "tagline" ? 80 : 300;
  const Area = name === "tagline" ? TextField : AreaField;
  return (
    <div class="filters">
      <Area
        label={t(`theme.${name}_en`)}
        maxLength={maxLength}
        value={wording.en}
        fault={wording.en.trim() === "" ? fault : null}
        set={(en) => set({ ...wording, en })}
      />
      <Area
        label={t(`theme.${name}_ko`)}
        maxLength={maxLength}
        value={wording.ko}
        fault={wording.ko.trim() === "" ? fault : null}
        set={(ko) => set({ ...wording, ko })}
      />
    </div>
  );
}
