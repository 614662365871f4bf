// One script for all pages; the address tells which one this is.
import { startLanguage } from "../common/language.ts";
import { startShell } from "../common/shell.ts";
import { startDropPage } from "./pages/drop.ts";
import { startDropsPage } from "./pages/drops.ts";
import { startHandoffPage } from "./pages/handoff.ts";
import { startOrderPage } from "./pages/order.ts";
import { type Key, t } from "./texts/index.ts";

startLanguage();
startShell((key) => t(key as Key));

const [, kind, id] = location.pathname.split("/");
if (kind === "drops" && id) startDropPage(id);
else if (kind === "orders" && id) startOrderPage(id);
else if (kind === "handoff") startHandoffPage();
else if (location.pathname === "/") startDropsPage();
