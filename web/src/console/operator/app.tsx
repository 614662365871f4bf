// The operator console: which page is at which address.
import { readHealth } from "../api/operator.ts";
import { Console, Ways } from "../parts/console.tsx";
import { Page } from "../parts/page.tsx";
import { usePolled } from "../state/polled.ts";
import { hrefOf, route } from "../state/route.ts";
import { isAdmin } from "../state/session.ts";
import { DeadLettersPage } from "./dead_letters/page.tsx";
import { HealthPage } from "./health/page.tsx";
import { LabPage } from "./lab/page.tsx";
import { LabRunPage } from "./lab/run.tsx";
import { AuditPage } from "./log/page.tsx";
import { PaymentsPage } from "./payments/page.tsx";
import { PeoplePage } from "./people/page.tsx";
import { RoomPage } from "./room/page.tsx";
import { RoomsPage } from "./rooms/page.tsx";
import { t } from "./texts/index.ts";

/** How often the counts beside the ways are read. */
const COUNTS_MS = 10_000;

export function OperatorApp() {
  return (
    <Console whose="operator" ways={<OperatorWays />}>
      <OperatorPage />
    </Console>
  );
}

function OperatorWays() {
  const { data } = usePolled(readHealth, COUNTS_MS, []);
  const here = route.value.path[0] ?? "rooms";
  const way = (place: string, label: string, count?: number) => ({
    href: hrefOf(place === "rooms" ? [] : [place]),
    label,
    isCurrent: here === place,
    count,
  });
  const ways = [
    way("rooms", t("rooms.title")),
    way("payments", t("payments.way"), data?.payments_to_review),
    way("dead-letters", t("dead.title"), data?.dead_letters),
    way("audit", t("audit.title")),
    way("health", t("health.title")),
    way("lab", t("lab.title")),
    ...(isAdmin.value ? [way("people", t("people.title"))] : []),
  ];
  return <Ways ways={ways} />;
}

function OperatorPage() {
  const [place, id] = route.value.path;
  if (place === undefined) return <RoomsPage />;
  if (place === "rooms") return id === undefined ? <RoomsPage /> : <RoomPage key={id} id={id} />;
  if (place === "payments") return <PaymentsPage />;
  if (place === "dead-letters") return <DeadLettersPage />;
  if (place === "audit") return <AuditPage />;
  if (place === "health") return <HealthPage />;
  if (place === "lab") return id === undefined ? <LabPage /> : <LabRunPage key={id} id={id} />;
  if (place === "people" && isAdmin.value) return <PeoplePage />;
  return (
    <Page title={t("missing.title")}>
      <p>
        <a href="#/">{t("missing.back")}</a>
      </p>
    </Page>
  );
}
