// The load lab: a crowd is asked for, and the last ones are listed.
import { listLoadRuns } from "../../api/operator.ts";
import { Page } from "../../parts/page.tsx";
import { Problem, Stale } from "../../parts/problem.tsx";
import { Loading } from "../../parts/small.tsx";
import { usePolled } from "../../state/polled.ts";
import { mayAct } from "../../state/session.ts";
import { t } from "../texts/index.ts";
import { Ask } from "./ask.tsx";
import { isUnderWay } from "./progress.ts";
import { Runs } from "./runs.tsx";

const EVERY_MS = 3_000;

export function LabPage() {
  const { data, refusal, refresh } = usePolled(listLoadRuns, EVERY_MS, []);
  return (
    <Page title={t("lab.title")}>
      <p class="intro">{t("lab.intro")}</p>
      <Stale refusal={data === null ? null : refusal} />
      {data === null && refusal === null && <Loading />}
      {data === null && <Problem refusal={refusal} retry={refresh} />}
      {data !== null && !data.is_allowed && <p>{t("lab.off")}</p>}
      {data?.is_allowed === true && mayAct.value && (
        <Ask isBusy={data.data.some(isUnderWay)} onAsked={refresh} />
      )}
      {data !== null && (
        <>
          <h2>{t("lab.runs")}</h2>
          <Runs runs={data.data} />
        </>
      )}
    </Page>
  );
}
