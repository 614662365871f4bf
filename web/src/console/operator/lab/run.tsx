// One run of the load lab: how far its crowd is, and what was found about each rule.
import { useSignal } from "@preact/signals";
import { number } from "../../../common/format.ts";
import type { LoadJudgement, LoadRun } from "../../api/load_types.ts";
import { cancelLoadRun, readLoadRun } from "../../api/operator.ts";
import { share, shortId } from "../../format.ts";
import { ActDialog } from "../../parts/act_dialog.tsx";
import { Page } from "../../parts/page.tsx";
import { Problem, Stale } from "../../parts/problem.tsx";
import { Figure, Figures, Loading, Moment } from "../../parts/small.tsx";
import { Table } from "../../parts/table.tsx";
import { usePolled } from "../../state/polled.ts";
import { hrefOf } from "../../state/route.ts";
import { mayAct } from "../../state/session.ts";
import { sayActor, sayWhy } from "../log/said.ts";
import { t, tOr } from "../texts/index.ts";
import { countsOf, inOrder, isUnderWay, stagesOf } from "./progress.ts";
import { presetOf, RunState } from "./runs.tsx";

const EVERY_MS = 2_000;

export function LabRunPage({ id }: { id: string }) {
  const { data, refusal, refresh } = usePolled(() => readLoadRun(id), EVERY_MS, [id]);
  return (
    <Page
      title={data === null ? t("lab.run") : presetOf(data)}
      above={
        <a class="back" href={hrefOf(["lab"])}>
          {t("lab.title")}
        </a>
      }
      acts={data !== null && isUnderWay(data) && mayAct.value && <Cancel run={data} onDone={refresh} />}
    >
      <Stale refusal={data === null ? null : refusal} />
      {data === null && refusal === null && <Loading />}
      {data === null && <Problem refusal={refusal} retry={refresh} />}
      {data !== null && <Run run={data} />}
    </Page>
  );
}

function Run({ run }: { run: LoadRun }) {
  const judgements = run.judgements ?? [];
  const stages = stagesOf(run);
  const done = stages.find(({ stage }) => stage === "done");
  return (
    <>
      <p class="about-room">
        <RunState run={run} />
        <span>
          {sayActor(run.asked_by)}: {run.why}
        </span>
        <Moment at={run.asked_at} />
      </p>
      {run.state === "waiting" && <p>{t("lab.waits")}</p>}
      {run.fault !== null && <p class="problem-box">{sayWhy(run.fault)}</p>}
      <Figures>
        {stages.map(({ stage, count, people }) => (
          <Figure
            key={stage}
            label={t(`lab.${stage}`)}
            value={number(count)}
            hint={t("lab.of", { people: number(people), share: share(count, people) })}
          />
        ))}
      </Figures>
      {done !== undefined && isUnderWay(run) && (
        <progress value={done.share} max={1} aria-label={t("lab.done")} />
      )}
      {run.drop_ids.length > 0 && (
        <p class="ids">
          <span>{t("lab.charts", { count: run.drop_ids.length })}</span>
          {run.drop_ids.map((id) => (
            <a key={id} href={hrefOf(["rooms", id])}>
              {shortId(id)}
            </a>
          ))}
        </p>
      )}
      {judgements.length > 0 && <Found judgements={judgements} />}
    </>
  );
}

function Found({ judgements }: { judgements: readonly LoadJudgement[] }) {
  const { pass, fail, not_applicable } = countsOf(judgements);
  return (
    <>
      <h2>{t("lab.found")}</h2>
      <p>{t("lab.counts", { pass: number(pass), fail: number(fail), none: number(not_applicable) })}</p>
      <Table
        caption={t("lab.found")}
        empty={t("lab.none")}
        rows={inOrder(judgements)}
        rowKey={({ drop_id, rule }) => `${drop_id} ${rule}`}
        columns={[
          { title: t("lab.rule"), cell: ({ rule }) => <code>{rule}</code> },
          {
            title: t("lab.verdict"),
            cell: ({ verdict }) => (
              <span class={`badge verdict-${verdict}`}>{tOr(`rule.${verdict}`, "run.unknown")}</span>
            ),
          },
          { title: t("lab.promise"), cell: ({ meaning }) => meaning ?? "–" },
          { title: t("lab.detail"), cell: ({ detail }) => detail },
          {
            title: t("audit.drop"),
            cell: ({ drop_id }) => <a href={hrefOf(["rooms", drop_id])}>{shortId(drop_id)}</a>,
          },
        ]}
      />
    </>
  );
}

function Cancel({ run, onDone }: { run: LoadRun; onDone: () => void }) {
  const isAsked = useSignal(false);
  const ask = (asked: boolean) => () => {
    isAsked.value = asked;
  };
  return (
    <>
      <button type="button" class="button quiet danger" onClick={ask(true)}>
        {t("lab.cancel")}
      </button>
      {isAsked.value && (
        <ActDialog
          question={{
            title: t("lab.cancel"),
            hint: t("lab.cancel.hint"),
            verb: t("lab.cancel"),
            whyLabel: t("act.why"),
            isDangerous: true,
          }}
          act={({ why }) => cancelLoadRun(run.id, why)}
          onDone={onDone}
          onClose={ask(false)}
        />
      )}
    </>
  );
}
