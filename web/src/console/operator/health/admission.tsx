// How the processes that keep lines have done.
import { useMemo } from "preact/hooks";
import { serverNow } from "../../../common/clock.ts";
import { listAudit, readAdmissionHistory } from "../../api/operator.ts";
import { ChartFrame } from "../../charts/frame.tsx";
import { samplesOf } from "../../charts/samples.ts";
import { type Window, windowOf } from "../../charts/windows.ts";
import { language } from "../../state/language.ts";
import { usePolled } from "../../state/polled.ts";
import { hrefOf, route } from "../../state/route.ts";
import { rfc3339 } from "../../time/zones.ts";
import { inWords } from "../log/said.ts";
import { RoomLink } from "../room_link.tsx";
import { t } from "../texts/index.ts";
import { admissionCharts } from "./admission_charts.ts";

/** All of a window is read each time, so it is neither as fine nor as often as that of one drop. */
const STEP_S = 5;
const EVERY_MS = 5_000;
/** Acts that charts can mark; a window with more of them marks the last ones. */
const ACTS = 50;

export function Admission() {
  const window = windowOf(route.value.query.get("window"));
  const everyMs = Math.max(EVERY_MS, window.everyMs);
  const { data, refusal } = usePolled(() => readWindow(window), everyMs, [window.name]);
  const acts = usePolled(() => listAudit({ drop_id: null, cursor: null, limit: ACTS }), EVERY_MS, []);
  const samples = useMemo(
    () => (data === null ? null : samplesOf({ at: data.at, step_s: data.step_s })),
    [data],
  );
  const charts = useMemo(() => admissionCharts(data?.instances ?? []), [data, language.value]);
  const entries = useMemo(() => inWords(acts.data?.data ?? []), [acts.data, language.value]);
  return (
    <>
      <p class="small">{t("admission.hint")}</p>
      <ChartFrame
        window={window}
        samples={samples}
        refusal={refusal}
        charts={charts}
        entries={entries}
        older={(acts.data?.next_cursor ?? null) === null ? null : hrefOf(["audit"])}
        sayDrop={(id) => <RoomLink id={id} />}
      />
    </>
  );
}

function readWindow(window: Window) {
  const now = serverNow();
  return readAdmissionHistory({
    from: rfc3339(now - window.seconds * 1_000),
    to: rfc3339(now),
    step: Math.max(STEP_S, window.stepS),
  });
}
