// Stores the public half of a key; its private half stays on the seller's own site.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Attempt } from "../../api/attempt.ts";
import { storeJoinKey } from "../../api/seller.ts";
import type { JoinKeyInput } from "../../api/seller_types.ts";
import { Copyable } from "../../parts/copyable.tsx";
import { TextField } from "../../parts/fields.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Submit } from "../../parts/submit.tsx";
import { useAct } from "../../state/act.ts";
import { bound } from "../../state/bound.ts";
import { t } from "../texts/index.ts";
import { isPublicKey } from "./public_key.ts";

export function NewJoinKey({ onStored }: { onStored: () => void }) {
  const { busy, refusal, run } = useAct();
  const attempt = useRef(new Attempt<JoinKeyInput>());
  const name = useSignal("");
  const key = useSignal("");
  const stored = useSignal<string | null>(null);
  const isKey = isPublicKey(key.value.trim());
  const isWhole = name.value.trim() !== "" && key.value.trim() !== "";
  const lack = !isWhole ? t("members.lack") : isKey ? null : t("form.faulty");
  const submit = (event: Event) => {
    event.preventDefault();
    if (lack !== null) return;
    const body = { name: name.peek().trim(), public_key: key.peek().trim() };
    void run(async () => {
      stored.value = (await attempt.current.send(body, () => body, storeJoinKey)).id;
      name.value = "";
      key.value = "";
      onStored();
    });
  };
  return (
    <section class="tile panel" aria-label={t("members.new")}>
      <h2>{t("members.new")}</h2>
      <form onSubmit={submit}>
        <TextField label={t("people.name")} maxLength={200} {...bound(name)} />
        <TextField
          label={t("members.public_key")}
          hint={t("members.public_key.hint")}
          maxLength={60}
          fault={key.value.trim() === "" || isKey ? null : t("members.public_key.fault")}
          {...bound(key)}
        />
        <Problem refusal={refusal} />
        <Submit busy={busy} lack={lack}>
          {t("members.store")}
        </Submit>
      </form>
      {stored.value !== null && (
        <output>
          <Copyable title={t("members.kid")} text={stored.value} />
        </output>
      )}
    </section>
  );
}
