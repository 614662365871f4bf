// The orders of a drop: filtered, page by page, and all of them as a file.
import { listOrders } from "../../api/seller.ts";
import type { SellerOrder } from "../../api/seller_types.ts";
import type { Drop } from "../../api/types.ts";
import { amount, shortId } from "../../format.ts";
import { Field, SelectField } from "../../parts/fields.tsx";
import { Moment } from "../../parts/small.tsx";
import { type Column, PagedTable } from "../../parts/table.tsx";
import { usePages } from "../../state/pages.ts";
import { route, setQuery } from "../../state/route.ts";
import { ownZone } from "../../time/zones.ts";
import { t, tOr } from "../texts/index.ts";
import { fileOf, filterOf, momentIn, statesOf, wallIn } from "./filter.ts";

export function OrdersPart({ drop }: { drop: Drop }) {
  const filter = filterOf(route.value.query);
  const { state, joined_from, joined_before } = filter;
  const list = usePages(
    (cursor) => listOrders(drop.id, filter, cursor),
    [drop.id, state, joined_from, joined_before],
  );
  const sellsUnits = drop.fulfilment !== "pass";
  const states = ["", ...statesOf(sellsUnits)];
  return (
    <>
      <search>
        <div class="filters">
          <SelectField
            label={t("orders.state")}
            value={state ?? ""}
            options={states.map((value) => ({ value, label: stateName(value) }))}
            set={(value) => setQuery({ state: value })}
          />
          <JoinedField label={t("orders.from")} at={joined_from} set={(from) => setQuery({ from })} />
          <JoinedField label={t("orders.before")} at={joined_before} set={(before) => setQuery({ before })} />
        </div>
        <p class="hint">{t("orders.joined.hint")}</p>
      </search>
      <PagedTable
        list={list}
        caption={t(sellsUnits ? "drop.orders" : "drop.visits")}
        empty={t(sellsUnits ? "orders.none" : "visits.none")}
        rowKey={(order) => order.id}
        columns={columns(sellsUnits)}
      />
      <div class="act-row">
        <button type="button" class="button quiet" disabled={list.busy} onClick={list.refresh}>
          {t("orders.refresh")}
        </button>
        <a class="button quiet" href={fileOf(drop.id, filter)} download={`orders-${shortId(drop.id)}.csv`}>
          {t("orders.file")}
        </a>
      </div>
    </>
  );
}

const stateName = (state: string) =>
  state === "" ? t("orders.all") : tOr(`order.state.${state}`, "state.unknown");

/** A reason without words of ours is told as it came. */
const reasonName = (code: string) => tOr(`order.reason.${code}`, "order.reason.other", { code });

interface JoinedFieldProps {
  label: string;
  at: string | null;
  set: (at: string | null) => void;
}

/** A moment in the reader's own zone. */
function JoinedField({ label, at, set }: JoinedFieldProps) {
  return (
    <Field label={label}>
      {(ties) => (
        <input
          {...ties}
          type="datetime-local"
          value={wallIn(at, ownZone())}
          onChange={(event) => set(momentIn(event.currentTarget.value, ownZone()))}
        />
      )}
    </Field>
  );
}

function columns(sellsUnits: boolean): Column<SellerOrder>[] {
  const money: Column<SellerOrder>[] = [
    { title: t("orders.units"), isFigure: true, cell: (order) => order.units },
    {
      title: t("orders.amount"),
      isFigure: true,
      cell: (order) => amount(order.amount_minor, order.currency),
    },
  ];
  return [
    {
      title: t(sellsUnits ? "orders.order" : "visits.visit"),
      cell: (order) => <code title={order.id}>{shortId(order.id)}</code>,
    },
    {
      title: t("orders.shopper"),
      cell: (order) => <code title={order.shopper_id}>{shortId(order.shopper_id)}</code>,
    },
    {
      title: t("orders.state"),
      cell: (order) => (
        <>
          <span class="whole">{stateName(order.state)}</span>
          {order.reason !== undefined && <small class="line">{reasonName(order.reason)}</small>}
        </>
      ),
    },
    ...(sellsUnits ? money : []),
    {
      title: t(sellsUnits ? "orders.made" : "visits.made"),
      cell: (order) => <Moment at={order.created_at} />,
    },
    { title: t("orders.changed"), cell: (order) => <Moment at={order.updated_at} /> },
  ];
}
