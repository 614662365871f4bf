// A seller's drops, the newest first.
import { listDrops } from "../../api/seller.ts";
import type { Drop } from "../../api/types.ts";
import { compact, ofAll } from "../../format.ts";
import { Page } from "../../parts/page.tsx";
import { ModeBadge, Moment, StateBadge } from "../../parts/small.tsx";
import { type Column, PagedTable } from "../../parts/table.tsx";
import { usePages } from "../../state/pages.ts";
import { hrefOf } from "../../state/route.ts";
import { isOver } from "../drop/over.ts";
import { t } from "../texts/index.ts";

export function DropsPage() {
  const list = usePages(listDrops, []);
  return (
    <Page
      title={t("drops.title")}
      acts={
        <a class="button" href={hrefOf(["new"])}>
          {t("wizard.title")}
        </a>
      }
    >
      <PagedTable
        list={list}
        caption={t("drops.title")}
        empty={t("drops.none")}
        isLog={true}
        rowKey={(drop) => drop.id}
        columns={columns()}
      />
    </Page>
  );
}

const soldBy = ({ product, variants }: Drop) =>
  `${product.name} · ${variants.map(({ name }) => name).join(", ")}`;

const columns = (): Column<Drop>[] => [
  {
    title: t("drops.drop"),
    cell: (drop) => (
      <>
        <a href={hrefOf(["drops", drop.id])}>{drop.title}</a>
        <small class="line">{drop.site_name ?? soldBy(drop)}</small>
      </>
    ),
  },
  {
    title: t("drops.is"),
    cell: (drop) => (
      <>
        <StateBadge state={drop.state} /> {!isOver(drop) && <ModeBadge mode={drop.mode} />}
      </>
    ),
  },
  { title: t("drops.opens"), cell: (drop) => <Moment at={drop.opens_at} /> },
  {
    title: t("drops.left"),
    isFigure: true,
    cell: (drop) =>
      drop.fulfilment === "pass" || drop.state === "cancelled"
        ? "–"
        : ofAll(compact(drop.units_left), compact(drop.units_total)),
  },
];
