// Branding: how the pages of all drops look, and those of one drop that differs.
import { listDrops } from "../../api/seller.ts";
import { SelectField } from "../../parts/fields.tsx";
import { Page } from "../../parts/page.tsx";
import { Problem, Stale } from "../../parts/problem.tsx";
import { Loading } from "../../parts/small.tsx";
import { usePolled } from "../../state/polled.ts";
import { go, hrefOf } from "../../state/route.ts";
import { readTheme } from "./api.ts";
import { ThemeForm } from "./form.tsx";
import { LogoPart } from "./logo.tsx";
import { t } from "./texts/index.ts";

/** What nobody else changes need not be read often. */
const EVERY_MS = 60_000;

export function ThemePage({ dropId }: { dropId: string | null }) {
  const { data, refusal, refresh } = usePolled(() => readTheme(dropId), EVERY_MS, [dropId]);
  return (
    <Page title={t("theme.title")}>
      <Whose dropId={dropId} />
      <p>{t(dropId === null ? "theme.intro" : "theme.intro_drop")}</p>
      {dropId !== null && (
        <p>
          <a href={`/drops/${dropId}`}>{t("theme.shop_page")}</a>
        </p>
      )}
      {data === null ? (
        refusal === null ? (
          <Loading />
        ) : (
          <Problem refusal={refusal} retry={refresh} />
        )
      ) : (
        <>
          <Stale refusal={refusal} />
          <LogoPart dropId={dropId} theme={data} onChanged={refresh} />
          <ThemeForm dropId={dropId} theme={data} onSaved={refresh} />
        </>
      )}
    </Page>
  );
}

/** All drops, or one of them. */
function Whose({ dropId }: { dropId: string | null }) {
  const { data } = usePolled(() => listDrops(null), EVERY_MS, []);
  const drops = (data?.data ?? []).map((drop) => ({ value: drop.id, label: drop.title }));
  const isListed = dropId === null || drops.some(({ value }) => value === dropId);
  const other = isListed || dropId === null ? [] : [{ value: dropId, label: dropId }];
  return (
    <SelectField
      label={t("theme.whose")}
      value={dropId ?? ""}
      options={[{ value: "", label: t("theme.all") }, ...drops, ...other]}
      set={(id) => go(hrefOf(id === "" ? ["theme"] : ["theme", id]))}
    />
  );
}
