// Entries of the audit log.
import { serverNow } from "../../../common/clock.ts";
import type { AuditEntry } from "../../api/operator_types.ts";
import { Moment } from "../../parts/small.tsx";
import { PagedTable } from "../../parts/table.tsx";
import type { Paged } from "../../state/pages.ts";
import { RoomLink } from "../room_link.tsx";
import { t, tOr } from "../texts/index.ts";
import { changesOf } from "./change.ts";
import { sayActor, sayWhy } from "./said.ts";
import { sayValue } from "./value.ts";

export function AuditTable({ list, showsDrop }: { list: Paged<AuditEntry>; showsDrop: boolean }) {
  const drop = {
    title: t("audit.drop"),
    cell: ({ drop_id }: AuditEntry) => (drop_id === null ? "–" : <RoomLink id={drop_id} />),
  };
  return (
    <PagedTable
      list={list}
      isLog={true}
      caption={t("audit.title")}
      empty={t("audit.none")}
      rowKey={(entry) => entry.id}
      columns={[
        { title: t("audit.at"), cell: (entry) => <Moment at={entry.at} /> },
        { title: t("audit.actor"), cell: (entry) => <Who name={entry.actor} /> },
        {
          title: t("audit.action"),
          cell: ({ action }) => (
            <span class="whole">{tOr(`action.${action}`, "action.other", { action })}</span>
          ),
        },
        ...(showsDrop ? [drop] : []),
        { title: t("audit.changes"), cell: (entry) => <Changes entry={entry} /> },
        { title: t("audit.why"), cell: (entry) => sayWhy(entry.why) },
      ]}
    />
  );
}

const Who = ({ name }: { name: string }) => <span title={name}>{sayActor(name)}</span>;

function Changes({ entry }: { entry: AuditEntry }) {
  const changes = changesOf(entry.old, entry.new);
  if (changes.length === 0) return <span>–</span>;
  return (
    <ul class="changes">
      {changes.map(({ name, old, new: fresh }) => (
        <li key={name}>
          <code>{name}</code> {old !== null && <Value value={old} />}
          {old !== null && " → "}
          <Value value={fresh} />
        </li>
      ))}
    </ul>
  );
}

function Value({ value }: { value: unknown }) {
  const { text, whole } = sayValue(value, serverNow());
  return <span title={whole}>{text}</span>;
}
