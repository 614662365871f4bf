// Badges, figures, facts, and what is told or refused.
import { Refusal } from "../../console/api/call.ts";
import { LOAD_RUN_STATES, LOAD_VERDICTS, type LoadRun } from "../../console/api/load_types.ts";
import { DROP_STATES, MODES } from "../../console/api/types.ts";
import { RunState } from "../../console/operator/lab/runs.tsx";
import { tOr } from "../../console/operator/texts/index.ts";
import { Copyable } from "../../console/parts/copyable.tsx";
import { Problem, Stale } from "../../console/parts/problem.tsx";
import { Figure, Figures, Loading, ModeBadge, Moment, StateBadge, Tabs } from "../../console/parts/small.tsx";
import { Table } from "../../console/parts/table.tsx";
import { Told } from "../../console/parts/told.tsx";
import { Shown } from "../shown.tsx";
import { t } from "../texts.ts";

const AT = "2027-03-05T18:00:00Z";

export const StateParts = () => (
  <Shown title={t("states")}>
    <p>
      {DROP_STATES.map((state) => (
        <StateBadge key={state} state={state} />
      ))}
    </p>
    <p>
      {MODES.map((mode) => (
        <ModeBadge key={mode} mode={mode} />
      ))}
    </p>
    <p>
      {LOAD_RUN_STATES.map((state) => (
        <RunState key={state} run={{ state } as LoadRun} />
      ))}
    </p>
    <p>
      {LOAD_VERDICTS.map((verdict) => (
        <span key={verdict} class={`badge verdict-${verdict}`}>
          {tOr(`rule.${verdict}`, "run.unknown")}
        </span>
      ))}
    </p>
  </Shown>
);

export const FigureParts = () => (
  <Shown title={t("figures")}>
    <Figures>
      <Figure label={t("usual")} value="12,345" />
      <Figure label={t("hinted")} value="67.8K" hint={t("hint")} />
    </Figures>
    <dl class="facts">
      <div class="row">
        <dt>{t("usual")}</dt>
        <dd>
          <Moment at={AT} />
        </dd>
      </div>
    </dl>
    <Tabs
      label={t("choice")}
      tabs={[
        { href: "#/", label: t("one"), isCurrent: true },
        { href: "#/other", label: t("other"), isCurrent: false },
      ]}
    />
    <Table caption={t("figures")} empty={t("hint")} rows={[]} rowKey={String} columns={[]} />
    <progress max={1} value={0.4} aria-label={t("figures")} />
    <Loading />
  </Shown>
);

export function ToldParts() {
  const faults = [{ field: "/units", detail: "must be from 1 to 12" }];
  return (
    <Shown title={t("told")}>
      <p>{t("usual")}</p>
      <p class="small">{t("hint")}</p>
      <p class="notice">{t("hint")}</p>
      <Problem refusal={new Refusal(0, "network", null)} retry={() => {}} />
      <Problem refusal={new Refusal(422, "invalid_fields", null, null, faults, "req_1")} />
      <Stale refusal={new Refusal(503, "database_unavailable", null)} />
      <output class="offline">{t("hint")}</output>
      <Told words="Back at noon." />
      <Told words={{ en: "Back at noon.", ko: "정오에 돌아와요." }} />
      <Copyable title={t("secret")} text="sk_0000" />
    </Shown>
  );
}
