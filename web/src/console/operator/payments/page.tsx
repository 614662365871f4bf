// Payments whose outcome nobody but a person can tell, and deciding them.
import { useSignal } from "@preact/signals";
import { listReview, resolvePayment } from "../../api/operator.ts";
import type { ReviewCase, Verdict } from "../../api/operator_types.ts";
import { amount, shortId } from "../../format.ts";
import { ActDialog } from "../../parts/act_dialog.tsx";
import { Page } from "../../parts/page.tsx";
import { Moment } from "../../parts/small.tsx";
import { PagedTable } from "../../parts/table.tsx";
import { usePages } from "../../state/pages.ts";
import { hrefOf } from "../../state/route.ts";
import { mayAct } from "../../state/session.ts";
import { t, tOr } from "../texts/index.ts";

interface Decision {
  payment: ReviewCase;
  verdict: Verdict;
}

export function PaymentsPage() {
  const list = usePages(listReview, []);
  const decision = useSignal<Decision | null>(null);
  const decide = (payment: ReviewCase, verdict: Verdict) => {
    decision.value = { payment, verdict };
  };
  return (
    <Page title={t("payments.title")}>
      <p class="intro">{t("payments.intro")}</p>
      <PagedTable
        list={list}
        caption={t("payments.title")}
        empty={t("payments.none")}
        rowKey={(row) => row.payment_id}
        columns={[
          { title: t("payments.since"), cell: (row) => <Moment at={row.updated_at} /> },
          { title: t("payments.kind"), cell: (row) => tOr(`payment.${row.kind}`, "payment.other") },
          {
            title: t("payments.amount"),
            isFigure: true,
            cell: (row) => amount(row.amount_minor, row.currency),
          },
          { title: t("payments.code"), cell: (row) => <code>{row.code ?? "–"}</code> },
          { title: t("payments.provider"), cell: (row) => <code>{row.provider_id ?? "–"}</code> },
          {
            title: t("payments.order"),
            cell: (row) => (
              <>
                <code title={row.order_id}>{shortId(row.order_id)}</code> {row.order_state}
              </>
            ),
          },
          {
            title: t("audit.drop"),
            cell: (row) => <a href={hrefOf(["rooms", row.drop_id])}>{shortId(row.drop_id)}</a>,
          },
          { title: t("payments.decide"), cell: (row) => <Verdicts row={row} decide={decide} /> },
        ]}
      />
      {decision.value !== null && (
        <DecideDialog
          decision={decision.value}
          onDone={list.refresh}
          onClose={() => {
            decision.value = null;
          }}
        />
      )}
    </Page>
  );
}

function Verdicts({ row, decide }: { row: ReviewCase; decide: (row: ReviewCase, verdict: Verdict) => void }) {
  if (!mayAct.value) return null;
  return (
    <div class="row-acts">
      <button type="button" class="button quiet" onClick={() => decide(row, "paid")}>
        {t("verdict.paid")}
      </button>
      <button type="button" class="button quiet" onClick={() => decide(row, "failed")}>
        {t("verdict.failed")}
      </button>
    </div>
  );
}

interface DecideDialogProps {
  decision: Decision;
  onDone: () => void;
  onClose: () => void;
}

function DecideDialog({ decision: { payment, verdict }, onDone, onClose }: DecideDialogProps) {
  return (
    <ActDialog
      question={{
        title: t(`verdict.${verdict}.title`, { amount: amount(payment.amount_minor, payment.currency) }),
        hint: t(`verdict.${verdict}.hint`),
        verb: t(`verdict.${verdict}`),
        whyLabel: t("verdict.how"),
        isDangerous: true,
      }}
      act={({ why }) => resolvePayment(payment.payment_id, verdict, why)}
      onDone={onDone}
      onClose={onClose}
    >
      <dl class="facts">
        <div class="row">
          <dt>{t("payments.provider")}</dt>
          <dd>{payment.provider_id ?? "–"}</dd>
        </div>
        <div class="row">
          <dt>{t("payments.order")}</dt>
          <dd>{payment.order_id}</dd>
        </div>
      </dl>
    </ActDialog>
  );
}
