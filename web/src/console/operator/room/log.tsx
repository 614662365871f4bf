// What was done with a room, by whom and why.
import { listAudit } from "../../api/operator.ts";
import { usePages } from "../../state/pages.ts";
import { AuditTable } from "../log/table.tsx";

export function RoomLog({ id }: { id: string }) {
  const list = usePages((cursor) => listAudit({ drop_id: id, cursor }), [id]);
  return <AuditTable list={list} showsDrop={false} />;
}
