// One script for the three pages; the address says which one this is.
import { startLanguage } from "./i18n/index.ts";
import { startDropPage } from "./pages/drop.ts";
import { startDropsPage } from "./pages/drops.ts";
import { startOrderPage } from "./pages/order.ts";
import { startShell } from "./view/shell.ts";

startLanguage();
startShell();

const [, kind, id] = location.pathname.split("/");
if (kind === "drops" && id) startDropPage(id);
else if (kind === "orders" && id) startOrderPage(id);
else startDropsPage();
