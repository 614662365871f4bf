// The logo above the pages: chosen as a file, shown as it will be, taken away.
import { announceNow } from "../../../common/announce.ts";
import { Field } from "../../parts/fields.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useAct } from "../../state/act.ts";
import { deleteLogo, putLogo, type Theme } from "./api.ts";
import { t } from "./texts/index.ts";

const KINDS = "image/jpeg,image/png,image/webp";

interface LogoProps {
  dropId: string | null;
  theme: Theme;
  onChanged: () => void;
}

export function LogoPart({ dropId, theme, onChanged }: LogoProps) {
  const { busy, refusal, run } = useAct();
  const act = async (change: () => Promise<unknown>) => {
    if (!(await run(change))) return;
    announceNow(t("theme.saved"));
    onChanged();
  };
  const choose = (event: Event & { currentTarget: HTMLInputElement }) => {
    const input = event.currentTarget;
    const file = input.files?.[0];
    if (file !== undefined) void act(() => putLogo(dropId, file));
    // The same file may be chosen again after a failure.
    input.value = "";
  };
  return (
    <section class="tile panel" aria-label={t("theme.logo")}>
      <h2>{t("theme.logo")}</h2>
      {theme.logo === null && <p>{t("theme.logo.none")}</p>}
      <Field label={t("theme.logo.choose")} hint={t("theme.logo.hint")}>
        {(ties) => <input {...ties} type="file" accept={KINDS} disabled={busy} onChange={choose} />}
      </Field>
      <Problem refusal={refusal} />
      {theme.logo !== null && (
        <button
          type="button"
          class="button quiet"
          disabled={busy}
          onClick={() => void act(() => deleteLogo(dropId))}
        >
          {t("theme.logo.remove")}
        </button>
      )}
    </section>
  );
}
