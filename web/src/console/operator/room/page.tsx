// One room: its figures, charts, limits, mode, and what was done with it.
import { serverNow } from "../../../common/clock.ts";
import type { OperatorDrop } from "../../api/operator_types.ts";
import { Page } from "../../parts/page.tsx";
import { Problem, Stale } from "../../parts/problem.tsx";
import { Loading, ModeBadge, Moment, StateBadge, Tabs } from "../../parts/small.tsx";
import { usePolled } from "../../state/polled.ts";
import { hrefOf, route } from "../../state/route.ts";
import { t } from "../texts/index.ts";
import { readRoomData } from "./data.ts";
import { RoomLimits } from "./limits/page.tsx";
import { RoomLog } from "./log.tsx";
import { RoomOverview } from "./overview.tsx";

/** The parts of a room, by the third part of their addresses. */
const PARTS = ["overview", "limits", "log"] as const;
type Part = (typeof PARTS)[number];

const partOf = (name: string | undefined): Part => PARTS.find((part) => part === name) ?? "overview";

const EVERY_MS = 2_000;

export function RoomPage({ id }: { id: string }) {
  const { data, refusal, refresh } = usePolled(() => readRoomData(id), EVERY_MS, [id]);
  const part = partOf(route.value.path[2]);
  const tabs = PARTS.map((name) => ({
    href: hrefOf(name === "overview" ? ["rooms", id] : ["rooms", id, name]),
    label: t(`room.${name}`),
    isCurrent: name === part,
  }));
  if (data === null)
    return (
      <Page title={t("room.title")} above={<Back />}>
        {refusal === null ? <Loading /> : <Problem refusal={refusal} retry={refresh} />}
      </Page>
    );
  return (
    <Page title={data.room.title} above={<Back />} acts={<About room={data.room} />}>
      <Tabs label={t("room.parts")} tabs={tabs} />
      <Stale refusal={refusal} />
      {part === "overview" && <RoomOverview data={data} onChanged={refresh} />}
      {part === "limits" && <RoomLimits data={data} onChanged={refresh} />}
      {part === "log" && <RoomLog id={id} />}
    </Page>
  );
}

const Back = () => (
  <a class="back" href="#/">
    {t("rooms.title")}
  </a>
);

const hasOpened = ({ opens_at }: OperatorDrop) => opens_at !== null && Date.parse(opens_at) <= serverNow();

function About({ room }: { room: OperatorDrop }) {
  return (
    <p class="about-room">
      <StateBadge state={room.state} /> <ModeBadge mode={room.mode} />{" "}
      <span>{t("room.by", { seller: room.seller.name })}</span>{" "}
      <span>
        {t(hasOpened(room) ? "room.opened" : "room.opens")} <Moment at={room.opens_at} />
      </span>
      {room.closes_at !== null && (
        <span>
          {" "}
          {t("room.closes")} <Moment at={room.closes_at} />
        </span>
      )}{" "}
      <code>{room.id}</code>
    </p>
  );
}
