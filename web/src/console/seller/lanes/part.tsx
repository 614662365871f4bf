// The lanes of a drop that is not open yet: set as often as somebody likes until it opens.
import { useSignal } from "@preact/signals";
import { announceNow } from "../../../common/announce.ts";
import { setLanes } from "../../api/seller.ts";
import type { Drop } from "../../api/types.ts";
import { Problem } from "../../parts/problem.tsx";
import { useAct } from "../../state/act.ts";
import { t } from "../texts/index.ts";
import { type LaneDraft, laneDrafts, laneFaults, lanesBody } from "./draft.ts";
import { LaneFields } from "./fields.tsx";
import { sayLaneFault } from "./say_fault.ts";

export function Lanes({ drop, onChanged }: { drop: Drop; onChanged: () => void }) {
  const { busy, refusal, run } = useAct();
  const lanes = useSignal<readonly LaneDraft[]>(laneDrafts(drop.lanes));
  const faults = laneFaults(lanes.value);
  const isWrong = Object.keys(faults).length > 0;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isWrong) return;
    if (!(await run(() => setLanes(drop.id, lanesBody(lanes.peek()))))) return;
    announceNow(t("act.done", { act: t("lanes.do") }));
    onChanged();
  };
  return (
    <section class="tile panel" aria-label={t("lanes.title")}>
      <h2>{t("lanes.title")}</h2>
      <form onSubmit={submit}>
        <LaneFields
          lanes={lanes.value}
          say={(field) => sayLaneFault(faults[field])}
          set={(next) => {
            lanes.value = next;
          }}
        />
        <Problem refusal={refusal} />
        <button type="submit" class="button" disabled={busy || isWrong}>
          {t("lanes.do")}
        </button>
      </form>
    </section>
  );
}
