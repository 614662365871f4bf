// How the installation is doing: its stores, what waits, who does the work, and who keeps the lines.
import { number } from "../../../common/format.ts";
import { readHealth, readInstances } from "../../api/operator.ts";
import type { Health } from "../../api/operator_types.ts";
import { Page } from "../../parts/page.tsx";
import { Problem, Stale } from "../../parts/problem.tsx";
import { Loading } from "../../parts/small.tsx";
import { usePolled } from "../../state/polled.ts";
import { t } from "../texts/index.ts";
import { Admission } from "./admission.tsx";
import { Instances } from "./instances.tsx";
import { Roles } from "./roles_table.tsx";
import { type Sign, signsOf } from "./signs.ts";

const EVERY_MS = 3_000;

export function HealthPage() {
  const health = usePolled(readHealth, EVERY_MS, []);
  const instances = usePolled(readInstances, EVERY_MS, []);
  return (
    <Page title={t("health.title")}>
      <Stale refusal={health.data === null ? null : health.refusal} />
      {health.data === null && health.refusal === null && <Loading />}
      {health.data === null && <Problem refusal={health.refusal} retry={health.refresh} />}
      {health.data !== null && <Signs health={health.data} />}
      <h2>{t("roles.title")}</h2>
      {health.data !== null && <Roles workers={health.data.workers} />}
      <h2>{t("instances.title")}</h2>
      {/* Where neither could be read, that is said once, above. */}
      <Problem refusal={health.refusal === null ? instances.refusal : null} />
      {instances.data !== null && <Instances instances={instances.data} />}
      <h2>{t("admission.title")}</h2>
      <Admission />
    </Page>
  );
}

function Signs({ health }: { health: Health }) {
  return (
    <section class="tile panel" aria-label={t("health.title")}>
      <h2>
        <span class={`badge health-${health.status}`}>{t(`health.${health.status}`)}</span>
      </h2>
      <dl class="signs">
        {signsOf(health).map((sign) => (
          <div key={sign.name} class={`sign sign-${sign.look}`}>
            <dt>{t(`sign.${sign.name}`)}</dt>
            <dd>
              {saidOf(sign)}
              {sign.href !== null && <a href={sign.href}>{t("sign.show")}</a>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function saidOf({ value, look }: Sign): string {
  if (typeof value === "number") return number(value);
  return t(value ? "sign.answers" : look === "bad" ? "sign.silent" : "sign.unknown");
}
