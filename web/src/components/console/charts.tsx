// Charts: with figures and acts, without any, before they are read, and when they are old.
import { serverNow } from "../../common/clock.ts";
import { Refusal } from "../../console/api/call.ts";
import type { Entry } from "../../console/charts/acts.ts";
import { ChartFrame } from "../../console/charts/frame.tsx";
import { samplesOf } from "../../console/charts/samples.ts";
import { windowOf } from "../../console/charts/windows.ts";
import { dropCharts } from "../../console/seller/drop/charts.ts";
import { rfc3339 } from "../../console/time/zones.ts";
import { Shown } from "../shown.tsx";
import { t } from "../texts.ts";
import { minutes } from "./samples.ts";

export function ChartParts() {
  const charts = dropCharts("EUR", true);
  const act: Entry = {
    at: rfc3339(serverNow() - 150_000),
    action: "drop.limits",
    actor: "operator:ann",
    why: "the provider has time",
  };
  const common = { window: windowOf("5m"), charts, entries: [] };
  const nothing = samplesOf({ step_s: 1, at: [] });
  return (
    <Shown title={t("charts")}>
      <ChartFrame {...common} samples={minutes()} refusal={null} entries={[act]} />
      <ChartFrame {...common} samples={nothing} refusal={null} />
      <ChartFrame {...common} samples={minutes()} refusal={new Refusal(503, "overloaded", null)} />
      <ChartFrame {...common} samples={null} refusal={null} />
    </Shown>
  );
}
