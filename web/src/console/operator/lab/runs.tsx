// The last runs of the load lab.
import { number } from "../../../common/format.ts";
import type { LoadRun } from "../../api/load_types.ts";
import { Moment } from "../../parts/small.tsx";
import { Table } from "../../parts/table.tsx";
import { hrefOf } from "../../state/route.ts";
import { sayActor } from "../log/said.ts";
import { t, tOr } from "../texts/index.ts";

export const RunState = ({ run }: { run: LoadRun }) => (
  <span class={`badge run-${run.state}`}>{tOr(`run.${run.state}`, "run.unknown")}</span>
);

export const presetOf = (run: LoadRun) => tOr(`preset.${run.preset}`, "preset.unknown");

export function Runs({ runs }: { runs: readonly LoadRun[] }) {
  return (
    <Table
      caption={t("lab.runs")}
      empty={t("lab.none")}
      rows={runs}
      rowKey={({ id }) => id}
      columns={[
        { title: t("lab.asked"), cell: (run) => <Moment at={run.asked_at} /> },
        {
          title: t("lab.preset"),
          cell: (run) => <a href={hrefOf(["lab", run.id])}>{presetOf(run)}</a>,
        },
        { title: t("lab.state"), cell: (run) => <RunState run={run} /> },
        { title: t("lab.shoppers"), isFigure: true, cell: (run) => number(run.shoppers) },
        { title: t("lab.units"), isFigure: true, cell: (run) => number(run.units) },
        { title: t("lab.paid"), isFigure: true, cell: (run) => number(run.paid) },
        { title: t("audit.actor"), cell: (run) => sayActor(run.asked_by) },
        { title: t("audit.why"), cell: (run) => run.why },
      ]}
    />
  );
}
