// Who else may sell or run the installation: keys, and one-time links.
import { useSignal } from "@preact/signals";
import { listKeys, revokeKey } from "../../api/operator.ts";
import type { ApiKey } from "../../api/operator_types.ts";
import { actor } from "../../format.ts";
import { ActDialog } from "../../parts/act_dialog.tsx";
import { NewLink } from "../../parts/new_link.tsx";
import { Page } from "../../parts/page.tsx";
import { Moment } from "../../parts/small.tsx";
import { PagedTable } from "../../parts/table.tsx";
import { usePages } from "../../state/pages.ts";
import { t } from "../texts/index.ts";
import { NewKey } from "./new_key.tsx";

export function PeoplePage() {
  const list = usePages(listKeys, []);
  const revoked = useSignal<ApiKey | null>(null);
  return (
    <Page title={t("people.title")}>
      <div class="side-by-side">
        <NewLink roles={["viewer", "operator", "admin", "seller"]} namesSeller={true} />
        <NewKey onMade={list.refresh} />
      </div>
      <h2>{t("people.keys")}</h2>
      <PagedTable
        list={list}
        caption={t("people.keys")}
        empty={t("people.none")}
        rowKey={(key) => key.id}
        columns={[
          { title: t("people.name"), cell: (key) => <span title={key.name}>{actor(key.name)}</span> },
          { title: t("people.role"), cell: (key) => t(`role.${key.role}`) },
          { title: t("people.made"), cell: (key) => <Moment at={key.created_at} /> },
          {
            title: t("people.revoked"),
            cell: (key) =>
              key.revoked_at === null ? (
                <button
                  type="button"
                  class="button quiet danger"
                  onClick={() => {
                    revoked.value = key;
                  }}
                >
                  {t("people.revoke")}
                </button>
              ) : (
                <Moment at={key.revoked_at} />
              ),
          },
        ]}
      />
      {revoked.value !== null && (
        <RevokeDialog
          apiKey={revoked.value}
          onDone={list.refresh}
          onClose={() => {
            revoked.value = null;
          }}
        />
      )}
    </Page>
  );
}

interface RevokeDialogProps {
  apiKey: ApiKey;
  onDone: () => void;
  onClose: () => void;
}

function RevokeDialog({ apiKey, onDone, onClose }: RevokeDialogProps) {
  return (
    <ActDialog
      question={{
        title: t("people.revoke.title", { name: apiKey.name }),
        hint: t("people.revoke.hint"),
        verb: t("people.revoke"),
        whyLabel: t("act.why"),
        name: apiKey.name,
        isDangerous: true,
      }}
      act={({ why }) => revokeKey(apiKey.id, why)}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
