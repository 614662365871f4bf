// Sets when a drop opens and closes, as often as somebody likes until it opens.
import { useSignal } from "@preact/signals";
import { announceNow } from "../../../common/announce.ts";
import { serverNow } from "../../../common/clock.ts";
import { scheduleDrop } from "../../api/seller.ts";
import type { Drop } from "../../api/types.ts";
import { CheckField } from "../../parts/fields.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useAct } from "../../state/act.ts";
import { bound } from "../../state/bound.ts";
import { WallField } from "../../time/wall_field.tsx";
import { momentOf, ownZone, rfc3339, type WallTime, wallOf } from "../../time/zones.ts";
import { t } from "../texts/index.ts";

const HOUR_MS = 3_600_000;

const wallAt = (at: string | null, otherwiseMs: number): WallTime => ({
  local: wallOf(at === null ? otherwiseMs : Date.parse(at), ownZone()),
  zone: ownZone(),
  isLater: false,
});

export function Schedule({ drop, onChanged }: { drop: Drop; onChanged: () => void }) {
  const { busy, refusal, run } = useAct();
  const opens = useSignal(wallAt(drop.opens_at, serverNow() + 24 * HOUR_MS));
  const hasEnd = useSignal(drop.closes_at !== null);
  const closes = useSignal(wallAt(drop.closes_at, serverNow() + 26 * HOUR_MS));
  const opensAt = momentOf(opens.value);
  const closesAt = hasEnd.value ? momentOf(closes.value) : null;
  const isWrong = opensAt === null || (hasEnd.value && (closesAt === null || closesAt <= opensAt));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (opensAt === null || isWrong) return;
    const end = closesAt === null ? {} : { closes_at: rfc3339(closesAt) };
    const done = await run(() => scheduleDrop(drop.id, { opens_at: rfc3339(opensAt), ...end }));
    if (!done) return;
    announceNow(t("act.done", { act: t("schedule.do") }));
    onChanged();
  };
  return (
    <section class="tile panel" aria-label={t("schedule.title")}>
      <h2>{t("schedule.title")}</h2>
      <form onSubmit={submit}>
        <WallField label={t("times.opens")} {...bound(opens)} />
        <CheckField label={t("times.has_end")} {...bound(hasEnd)} />
        {hasEnd.value && (
          <WallField
            label={t("times.closes")}
            fault={isWrong ? t("wizard.fault.closes_before") : null}
            {...bound(closes)}
          />
        )}
        <Problem refusal={refusal} />
        <div class="act-row">
          <button type="submit" class="button" disabled={busy || isWrong}>
            {t("schedule.do")}
          </button>
        </div>
      </form>
    </section>
  );
}
