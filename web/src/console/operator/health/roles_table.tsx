// The health of each role, whichever processes do it.
import type { WorkerHealth } from "../../api/operator_types.ts";
import { milliseconds } from "../../format.ts";
import { Table } from "../../parts/table.tsx";
import { t } from "../texts/index.ts";
import { rolesOf } from "./roles.ts";

export function Roles({ workers }: { workers: readonly WorkerHealth[] }) {
  return (
    <Table
      caption={t("roles.title")}
      empty={t("instances.none")}
      rows={rolesOf(workers)}
      rowKey={({ role }) => role}
      columns={[
        { title: t("instances.role"), cell: ({ role }) => <code>{role}</code> },
        {
          title: t("roles.alive"),
          isFigure: true,
          cell: ({ alive }) => <span class={alive === 0 ? "silent" : undefined}>{alive}</span>,
        },
        { title: t("roles.silent"), isFigure: true, cell: ({ silent }) => silent },
        {
          title: t("roles.heard"),
          isFigure: true,
          cell: ({ ageMs }) => t("instances.alive", { time: milliseconds(ageMs) }),
        },
      ]}
    />
  );
}
