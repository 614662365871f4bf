// The codes of a drop: new ones, and what has become of the others, label by label.
import { useSignal } from "@preact/signals";
import { number } from "../../../common/format.ts";
import { listLabels, revokeLabel } from "../../api/seller.ts";
import type { CodeLabel, NewCodes } from "../../api/seller_types.ts";
import type { Drop } from "../../api/types.ts";
import { ofAll } from "../../format.ts";
import { ActDialog } from "../../parts/act_dialog.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Loading, Moment } from "../../parts/small.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { usePolled } from "../../state/polled.ts";
import { isOver } from "../drop/over.ts";
import { t } from "../texts/index.ts";
import { lanesWithCodes } from "./lanes.ts";
import { MadeCodes } from "./made.tsx";
import { NewCodesForm } from "./new_codes.tsx";

const EVERY_MS = 5_000;

export function CodesPart({ drop }: { drop: Drop }) {
  const { data, refusal, refresh } = usePolled(() => listLabels(drop.id), EVERY_MS, [drop.id]);
  const made = useSignal<NewCodes | null>(null);
  const revoked = useSignal<CodeLabel | null>(null);
  const onMade = (codes: NewCodes) => {
    made.value = codes;
    refresh();
  };
  const columns = columnsOf(drop, (label) => {
    revoked.value = label;
  });
  return (
    <>
      {data === null && refusal === null && <Loading />}
      <Problem refusal={refusal} retry={refresh} />
      {data !== null && (
        <Table
          caption={t("drop.codes")}
          empty={t("codes.none")}
          rows={data}
          rowKey={({ label }) => label}
          columns={columns}
        />
      )}
      {made.value !== null && <MadeCodes made={made.value} />}
      <Maker drop={drop} onMade={onMade} />
      {revoked.value !== null && (
        <RevokeDialog
          dropId={drop.id}
          label={revoked.value.label}
          onDone={refresh}
          onClose={() => {
            revoked.value = null;
          }}
        />
      )}
    </>
  );
}

function Maker({ drop, onMade }: { drop: Drop; onMade: (made: NewCodes) => void }) {
  if (isOver(drop)) return null;
  if (lanesWithCodes(drop).length === 0) return <p class="small">{t("codes.no_lane")}</p>;
  return <NewCodesForm drop={drop} onMade={onMade} />;
}

function columnsOf(drop: Drop, revoke: (label: CodeLabel) => void): Column<CodeLabel>[] {
  const nameOf = (wanted: number) => drop.lanes?.find(({ lane }) => lane === wanted)?.name;
  return [
    { title: t("codes.label"), cell: ({ label }) => label },
    { title: t("codes.lane"), cell: ({ lane }) => nameOf(lane) ?? t("lanes.normal") },
    { title: t("codes.number"), isFigure: true, cell: ({ count }) => number(count) },
    {
      title: t("codes.used"),
      isFigure: true,
      cell: ({ uses, count, max_uses }) => ofAll(number(uses), number(count * max_uses)),
    },
    { title: t("codes.made"), cell: ({ created_at }) => <Moment at={created_at} /> },
    {
      title: t("codes.revoked"),
      cell: (label) =>
        label.revoked === label.count ? (
          t("codes.all_revoked")
        ) : (
          <button type="button" class="button quiet danger" onClick={() => revoke(label)}>
            {t("codes.revoke")}
          </button>
        ),
    },
  ];
}

interface RevokeDialogProps {
  dropId: string;
  label: string;
  onDone: () => void;
  onClose: () => void;
}

function RevokeDialog({ dropId, label, onDone, onClose }: RevokeDialogProps) {
  return (
    <ActDialog
      question={{
        title: t("codes.revoke.title", { label }),
        hint: t("codes.revoke.hint"),
        verb: t("codes.revoke"),
        whyLabel: t("act.why"),
        isDangerous: true,
      }}
      act={({ why }) => revokeLabel(dropId, label, why)}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
