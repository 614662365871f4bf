// Records that nobody could read, with the reason.
import { listDeadLetters } from "../../api/operator.ts";
import { bytes, shortId } from "../../format.ts";
import { Page } from "../../parts/page.tsx";
import { Moment } from "../../parts/small.tsx";
import { PagedTable } from "../../parts/table.tsx";
import { usePages } from "../../state/pages.ts";
import { hrefOf } from "../../state/route.ts";
import { t } from "../texts/index.ts";

export function DeadLettersPage() {
  const list = usePages(listDeadLetters, []);
  return (
    <Page title={t("dead.title")}>
      <p class="intro">{t("dead.intro")}</p>
      <PagedTable
        list={list}
        caption={t("dead.title")}
        empty={t("dead.none")}
        rowKey={(letter) => letter.id}
        columns={[
          { title: t("dead.at"), cell: (letter) => <Moment at={letter.created_at} /> },
          {
            title: t("dead.where"),
            cell: ({ topic, partition, offset }) => <code>{`${topic} ${partition} @ ${offset}`}</code>,
          },
          {
            title: t("dead.reason"),
            cell: (letter) => (
              <>
                <code>{letter.reason}</code> {letter.detail}
              </>
            ),
          },
          {
            title: t("audit.drop"),
            cell: ({ drop_id }) =>
              drop_id === null ? "–" : <a href={hrefOf(["rooms", drop_id])}>{shortId(drop_id)}</a>,
          },
          {
            title: t("payments.order"),
            cell: ({ order_id }) => (order_id === null ? "–" : <code>{order_id}</code>),
          },
          { title: t("dead.size"), isFigure: true, cell: (letter) => bytes(letter.n_bytes) },
        ]}
      />
    </Page>
  );
}
