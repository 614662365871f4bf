// A link that signs somebody in to a console, once, within ten minutes.
import { useSignal } from "@preact/signals";
import { makeLink } from "../api/session.ts";
import type { ConsoleLink } from "../api/types.ts";
import { useAct } from "../state/act.ts";
import { bound } from "../state/bound.ts";
import { t } from "../texts/index.ts";
import { Copyable } from "./copyable.tsx";
import { SelectField, TextField } from "./fields.tsx";
import { Problem } from "./problem.tsx";

export type LinkRole = "seller" | "viewer" | "operator" | "admin";

interface NewLinkProps {
  /** As what somebody may be signed in, the usual one first. */
  roles: readonly LinkRole[];
  /** Whether the seller has to be named: sellers hand out links to their own console alone. */
  namesSeller: boolean;
}

export function NewLink({ roles, namesSeller }: NewLinkProps) {
  const { busy, refusal, run } = useAct();
  const role = useSignal<LinkRole>(roles[0] ?? "seller");
  const name = useSignal("");
  const sellerId = useSignal("");
  const why = useSignal("");
  const made = useSignal<ConsoleLink | null>(null);
  const asksSeller = namesSeller && role.value === "seller";
  const submit = (event: Event) => {
    event.preventDefault();
    const body = {
      role: role.value,
      name: name.value.trim(),
      seller_id: asksSeller ? sellerId.value.trim() : undefined,
      why: why.value.trim(),
    };
    void run(async () => {
      made.value = await makeLink(body);
    });
  };
  return (
    <section class="tile panel" aria-label={t("link.title")}>
      <h2>{t("link.title")}</h2>
      <p>{t("link.hint")}</p>
      <form onSubmit={submit}>
        {roles.length > 1 && (
          <SelectField
            label={t("people.role")}
            options={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
            {...bound(role)}
          />
        )}
        <TextField label={t("people.name")} hint={t("key.name.hint")} maxLength={200} {...bound(name)} />
        {asksSeller && <TextField label={t("people.seller")} {...bound(sellerId)} />}
        <TextField label={t("act.why")} maxLength={500} {...bound(why)} />
        <Problem refusal={refusal} />
        <button type="submit" class="button" disabled={busy}>
          {t("link.make")}
        </button>
      </form>
      {made.value !== null && (
        <output>
          <Copyable title={t("link.once")} text={made.value.url} />
        </output>
      )}
    </section>
  );
}
