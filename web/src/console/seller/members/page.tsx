// Keys with which the seller's own site signs who its members are.
import { useSignal } from "@preact/signals";
import { listJoinKeys, revokeJoinKey } from "../../api/seller.ts";
import type { JoinKey } from "../../api/seller_types.ts";
import { ActDialog } from "../../parts/act_dialog.tsx";
import { Page } from "../../parts/page.tsx";
import { Moment } from "../../parts/small.tsx";
import { type Column, PagedTable } from "../../parts/table.tsx";
import { usePages } from "../../state/pages.ts";
import { t } from "../texts/index.ts";
import { NewJoinKey } from "./new_key.tsx";

export function MembersPage() {
  const list = usePages(listJoinKeys, []);
  const revoked = useSignal<JoinKey | null>(null);
  return (
    <Page title={t("members.title")}>
      <p class="intro">{t("members.intro")}</p>
      <PagedTable
        list={list}
        caption={t("members.keys")}
        empty={t("members.none")}
        rowKey={(key) => key.id}
        columns={columnsOf((key) => {
          revoked.value = key;
        })}
      />
      <NewJoinKey onStored={list.refresh} />
      {revoked.value !== null && (
        <RevokeDialog
          joinKey={revoked.value}
          onDone={list.refresh}
          onClose={() => {
            revoked.value = null;
          }}
        />
      )}
    </Page>
  );
}

const columnsOf = (revoke: (key: JoinKey) => void): Column<JoinKey>[] => [
  { title: t("people.name"), cell: (key) => key.name },
  { title: t("members.id"), cell: (key) => <code>{key.id}</code> },
  { title: t("members.public_key"), cell: (key) => <code>{key.public_key}</code> },
  { title: t("members.stored"), cell: (key) => <Moment at={key.created_at} /> },
  {
    title: t("members.revoked"),
    cell: (key) =>
      key.revoked_at === null ? (
        <button type="button" class="button quiet danger" onClick={() => revoke(key)}>
          {t("members.revoke")}
        </button>
      ) : (
        <Moment at={key.revoked_at} />
      ),
  },
];

interface RevokeDialogProps {
  joinKey: JoinKey;
  onDone: () => void;
  onClose: () => void;
}

function RevokeDialog({ joinKey, onDone, onClose }: RevokeDialogProps) {
  return (
    <ActDialog
      question={{
        title: t("members.revoke.title", { name: joinKey.name }),
        hint: t("members.revoke.hint"),
        verb: t("members.revoke"),
        whyLabel: t("act.why"),
        name: joinKey.name,
        isDangerous: true,
      }}
      act={({ why }) => revokeJoinKey(joinKey.id, why)}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
