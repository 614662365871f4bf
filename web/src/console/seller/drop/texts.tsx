// Corrects what shoppers read, until the drop is over.
import { useSignal } from "@preact/signals";
import { announceNow } from "../../../common/announce.ts";
import { editDrop } from "../../api/seller.ts";
import type { Drop } from "../../api/types.ts";
import { AreaField, TextField } from "../../parts/fields.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useAct } from "../../state/act.ts";
import { bound } from "../../state/bound.ts";
import { t } from "../texts/index.ts";

export function Texts({ drop, onChanged }: { drop: Drop; onChanged: () => void }) {
  const { busy, refusal, run } = useAct();
  const title = useSignal(drop.title);
  const description = useSignal(drop.description);
  const submit = async (event: Event) => {
    event.preventDefault();
    const texts = { title: title.value.trim(), description: description.value };
    if (!(await run(() => editDrop(drop.id, texts)))) return;
    announceNow(t("act.done", { act: t("texts.do") }));
    onChanged();
  };
  return (
    <section class="tile panel" aria-label={t("texts.title")}>
      <h2>{t("texts.title")}</h2>
      <form onSubmit={submit}>
        <TextField label={t("what.title")} maxLength={200} {...bound(title)} />
        <AreaField label={t("what.description")} maxLength={5_000} {...bound(description)} />
        <Problem refusal={refusal} />
        <button type="submit" class="button" disabled={busy || title.value.trim() === ""}>
          {t("texts.do")}
        </button>
      </form>
    </section>
  );
}
