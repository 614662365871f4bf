// The table of rooms: state, line, speed, units and how each does.
import type { OperatorDrop } from "../../api/operator_types.ts";
import { compact, ofAll, rate } from "../../format.ts";
import { ModeBadge, Moment, StateBadge } from "../../parts/small.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { hrefOf } from "../../state/route.ts";
import { t, tOr } from "../texts/index.ts";
import { fitness } from "./filter.ts";
import { lacksOf } from "./health.ts";

export function RoomsTable({ rooms }: { rooms: readonly OperatorDrop[] }) {
  return (
    <Table
      caption={t("rooms.title")}
      empty={t("rooms.none")}
      rows={rooms}
      rowKey={(room) => room.id}
      columns={columns()}
    />
  );
}

const columns = (): Column<OperatorDrop>[] => [
  {
    title: t("rooms.room"),
    cell: (room) => (
      <>
        <a href={hrefOf(["rooms", room.id])}>{room.title}</a>
        <small class="line">{room.seller.name}</small>
      </>
    ),
  },
  {
    title: t("rooms.is"),
    cell: (room) => (
      <>
        <StateBadge state={room.state} /> <ModeBadge mode={room.mode} />
        {room.state === "scheduled" && (
          <small class="line">
            <Moment at={room.opens_at} />
          </small>
        )}
      </>
    ),
  },
  { title: t("figure.waiting"), isFigure: true, cell: (room) => known(room.waiting, compact) },
  {
    title: t("rooms.speed"),
    isFigure: true,
    cell: (room) => (
      <>
        {known(room.admitted_per_second, rate)}
        <small class="line">{t("figure.of_limit", { limit: rate(room.admission_rate_per_second) })}</small>
      </>
    ),
  },
  {
    title: t("rooms.left"),
    isFigure: true,
    cell: (room) =>
      room.fulfilment === "pass" ? "–" : ofAll(compact(room.units_left), compact(room.units_total)),
  },
  { title: t("rooms.sold_speed"), isFigure: true, cell: (room) => known(room.sold_per_second, rate) },
  { title: t("rooms.fitness"), cell: (room) => <Fitness room={room} /> },
  { title: t("rooms.health"), cell: (room) => <Health room={room} /> },
];

const known = (value: number | null | undefined, say: (value: number) => string) =>
  value === null || value === undefined ? "–" : say(value);

function Fitness({ room }: { room: OperatorDrop }) {
  const how = fitness(room);
  const reason = room.held_up_by ?? "";
  return (
    <span class={`fitness fitness-${how}`}>
      {t(`fitness.${how}`)}
      {how === "held_up" && (
        <small class="line">{tOr(`held_up.${reason}`, "held_up.other", { reason })}</small>
      )}
    </span>
  );
}

/** Only an open room needs anything; an older server tells nothing of it. */
function Health({ room }: { room: OperatorDrop }) {
  const health = room.health ?? null;
  if (health === null) return <>–</>;
  const lacks = lacksOf(health);
  if (lacks.length === 0) return <span class="fitness-fine">{t("lack.none")}</span>;
  return (
    <ul class="lacks">
      {lacks.map((lack) => (
        <li key={lack} class={lack === "payments_tried" ? "lack-some" : "silent"}>
          {t(`lack.${lack}`)}
        </li>
      ))}
    </ul>
  );
}
