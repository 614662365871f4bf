// One script for all pages; the address tells which one this is.
import "./late/shared.ts";
import { startLanguage } from "../common/language.ts";
import { startShell } from "../common/shell.ts";
import { dropsPage, handoffPage, orderPart } from "./late/parts.ts";
import { shopTexts } from "./late/texts.ts";
import { startDropPage } from "./pages/drop.ts";
import { type Key, loadTexts, t } from "./texts/index.ts";

/** Until what it needs is there, a page shows what it came with, in the language that the browser asked for. */
const waiting = () => {};

async function start(): Promise<void> {
  startLanguage();
  await shopTexts.untilLoaded(waiting);
  startShell((key) => t(key as Key), loadTexts);
  const [, kind, id] = location.pathname.split("/");
  if (kind === "drops" && id) startDropPage(id);
  else if (kind === "orders" && id) (await orderPart.untilLoaded(waiting)).startOrderPage(id);
  else if (kind === "handoff") (await handoffPage.untilLoaded(waiting)).startHandoffPage();
  else if (location.pathname === "/") (await dropsPage.untilLoaded(waiting)).startDropsPage();
}

void start();
