// The processes that do the work: their roles, when each was heard from, and what it has in hand.
import type { Instance, RunningRole } from "../../api/operator_types.ts";
import { milliseconds } from "../../format.ts";
import { Moment } from "../../parts/small.tsx";
import { Table } from "../../parts/table.tsx";
import { RoomLink } from "../room_link.tsx";
import { t } from "../texts/index.ts";

export function Instances({ instances }: { instances: readonly Instance[] }) {
  if (instances.length === 0) return <p class="small">{t("instances.none")}</p>;
  return (
    <div class="instances">
      {instances.map(({ instance, started_at, roles }) => (
        <section key={instance} class="tile panel" aria-label={instance}>
          <h3>
            <code>{instance}</code>
          </h3>
          <p class="small">
            {t("instances.since")} <Moment at={started_at} />
          </p>
          <Table
            caption={instance}
            empty={t("instances.none")}
            rows={roles}
            rowKey={(role) => role.role}
            columns={[
              { title: t("instances.role"), cell: (role) => <code>{role.role}</code> },
              { title: t("instances.heard"), isFigure: true, cell: (role) => <Heard role={role} /> },
              { title: t("instances.pieces"), isFigure: true, cell: (role) => role.n_pieces },
              { title: t("instances.drops"), cell: (role) => <Drops ids={role.drops} /> },
            ]}
          />
        </section>
      ))}
    </div>
  );
}

function Heard({ role: { age_ms, alive } }: { role: RunningRole }) {
  return (
    <span class={alive ? undefined : "silent"}>
      {t(alive ? "instances.alive" : "instances.silent", { time: milliseconds(age_ms) })}
    </span>
  );
}

/** So many drops are named; of more the number is told. */
const NAMED = 12;

function Drops({ ids }: { ids: readonly string[] }) {
  const rest = ids.length - NAMED;
  return (
    <span class="ids">
      {ids.slice(0, NAMED).map((id) => (
        <RoomLink key={id} id={id} />
      ))}
      {rest > 0 && ` ${t("instances.more", { count: rest })}`}
    </span>
  );
}
