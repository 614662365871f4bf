// A new key, shown once.
import { useSignal } from "@preact/signals";
import { makeKey } from "../../api/operator.ts";
import { KEY_ROLES, type KeyRole, type NewApiKey } from "../../api/operator_types.ts";
import { Copyable } from "../../parts/copyable.tsx";
import { SelectField, TextField } from "../../parts/fields.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useAct } from "../../state/act.ts";
import { bound } from "../../state/bound.ts";
import { t } from "../texts/index.ts";

export function NewKey({ onMade }: { onMade: () => void }) {
  const { busy, refusal, run } = useAct();
  const role = useSignal<KeyRole>("viewer");
  const name = useSignal("");
  const sellerId = useSignal("");
  const why = useSignal("");
  const made = useSignal<NewApiKey | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const isSeller = role.value === "seller";
    const body = {
      role: role.value,
      name: name.value.trim(),
      seller_id: isSeller ? sellerId.value.trim() : undefined,
      why: why.value.trim(),
    };
    const isMade = await run(async () => {
      made.value = await makeKey(body);
    });
    if (isMade) onMade();
  };
  return (
    <section class="tile panel" aria-label={t("key.title")}>
      <h2>{t("key.title")}</h2>
      <form onSubmit={submit}>
        <SelectField
          label={t("people.role")}
          options={KEY_ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
          {...bound(role)}
        />
        <TextField label={t("people.name")} hint={t("key.name.hint")} maxLength={200} {...bound(name)} />
        {role.value === "seller" && <TextField label={t("people.seller")} {...bound(sellerId)} />}
        <TextField label={t("act.why")} maxLength={500} {...bound(why)} />
        <Problem refusal={refusal} />
        <button type="submit" class="button" disabled={busy}>
          {t("key.make")}
        </button>
      </form>
      {made.value !== null && (
        <output>
          <Copyable title={t("key.once", { name: made.value.name })} text={made.value.key} />
        </output>
      )}
    </section>
  );
}
