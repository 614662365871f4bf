// One drop: live while it runs, its orders and codes, what can be done with it, and for a site its set-up.
import { timed } from "../../../common/clock.ts";
import { readDrop, readNumbers } from "../../api/seller.ts";
import { Page } from "../../parts/page.tsx";
import { Problem, Stale } from "../../parts/problem.tsx";
import { Loading, ModeBadge, StateBadge, Tabs } from "../../parts/small.tsx";
import { usePolled } from "../../state/polled.ts";
import { hrefOf, route } from "../../state/route.ts";
import { CodesPart } from "../codes/part.tsx";
import { OrdersPart } from "../orders/part.tsx";
import { SetUp } from "../sites/set_up.tsx";
import { t } from "../texts/index.ts";
import { LivePart } from "./live.tsx";
import { ManagePart } from "./manage.tsx";
import { isOver } from "./over.ts";

const EVERY_MS = 2_000;

type Part = "live" | "orders" | "codes" | "manage" | "site";

async function readAll(id: string) {
  const [drop, numbers] = await Promise.all([readDrop(id), timed(() => readNumbers(id))]);
  return { drop, numbers };
}

export function DropPage({ id }: { id: string }) {
  const { data, refusal, refresh } = usePolled(() => readAll(id), EVERY_MS, [id]);
  if (data === null)
    return (
      <Page title={t("drop.title")} above={<Back />}>
        {refusal === null ? <Loading /> : <Problem refusal={refusal} retry={refresh} />}
      </Page>
    );
  const { drop, numbers } = data;
  const isSite = drop.fulfilment === "pass";
  const parts: Part[] = isSite ? ["live", "orders", "manage", "site"] : ["live", "orders", "codes", "manage"];
  const part = parts.find((name) => name === route.value.path[2]) ?? "live";
  const tabs = parts.map((name) => ({
    href: hrefOf(name === "live" ? ["drops", id] : ["drops", id, name]),
    label: t(isSite && name === "orders" ? "drop.visits" : `drop.${name}`),
    isCurrent: name === part,
  }));
  return (
    <Page
      title={drop.title}
      above={<Back />}
      acts={
        <p class="about-room">
          <StateBadge state={drop.state} /> {!isOver(drop) && <ModeBadge mode={drop.mode} />}{" "}
          <a href={`/drops/${drop.id}`}>{t("drop.shop_page")}</a>
        </p>
      }
    >
      <Tabs label={t("drop.parts")} tabs={tabs} />
      <Stale refusal={refusal} />
      {part === "live" && <LivePart drop={drop} numbers={numbers} />}
      {part === "orders" && <OrdersPart drop={drop} />}
      {part === "codes" && <CodesPart drop={drop} />}
      {part === "manage" && (
        <ManagePart drop={drop} noShowPercent={numbers.no_shows.bound_percent} onChanged={refresh} />
      )}
      {part === "site" && <SetUp drop={drop} />}
    </Page>
  );
}

const Back = () => (
  <a class="back" href="#/">
    {t("drops.title")}
  </a>
);
