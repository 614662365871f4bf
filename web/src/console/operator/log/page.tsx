// The audit log: who changed what and why, of all drops or of one.
import { listAudit } from "../../api/operator.ts";
import { TextField } from "../../parts/fields.tsx";
import { Page } from "../../parts/page.tsx";
import { usePages } from "../../state/pages.ts";
import { route, setQuery } from "../../state/route.ts";
import { t } from "../texts/index.ts";
import { AuditTable } from "./table.tsx";

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export function AuditPage() {
  const typed = route.value.query.get("drop") ?? "";
  // Half an id finds nothing: it is asked for once it is whole.
  const dropId = UUID.test(typed.trim()) ? typed.trim() : null;
  const list = usePages((cursor) => listAudit({ drop_id: dropId, cursor }), [dropId]);
  return (
    <Page title={t("audit.title")}>
      <TextField
        label={t("audit.of_drop")}
        hint={t("audit.of_drop.hint")}
        type="search"
        value={typed}
        fault={typed !== "" && dropId === null ? t("audit.of_drop.fault") : null}
        set={(drop) => setQuery({ drop })}
      />
      <AuditTable list={list} showsDrop={dropId === null} />
    </Page>
  );
}
