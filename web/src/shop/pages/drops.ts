// `/`: the drops, with countdowns, and this shopper's own tickets and orders.
import "../late/shared.ts";
import { serverNow } from "../../common/clock.ts";
import { byId, el, setText, show } from "../../common/dom.ts";
import { dateTime, duration, money } from "../../common/format.ts";
import { onLanguageChange } from "../../common/language.ts";
import { link, notePanel } from "../../common/parts.ts";
import { listDrops } from "../api/drop_list.ts";
import * as storefront from "../api/storefront.ts";
import type { Drop, DropState, Order } from "../api/types.ts";
import { orderTexts } from "../late/texts.ts";
import { t, tOr } from "../texts/list.ts";
import { namesOf } from "../view/card.ts";
import { stateNow } from "../view/drop.ts";
import { type Group, groupsOf } from "../view/groups.ts";
import { pictureOf } from "../view/picture.ts";
import { isForVisits, isVisit, priceOf } from "../view/visits.ts";
import { hasSession } from "./remembered.ts";

const REFRESH_MS = 30_000;

interface Known {
  drops: Drop[] | null;
  orders: Order[];
  /** State of this shopper's ticket, by drop. */
  tickets: Map<string, string>;
  failed: boolean;
}

const known: Known = { drops: null, orders: [], tickets: new Map(), failed: false };
let updates: (() => void)[] = [];

export function startDropsPage(): void {
  document.title = `${t("page.drops")} · Sluice`;
  onLanguageChange(draw);
  setInterval(() => {
    for (const update of updates) update();
  }, 1_000);
  void load();
}

async function load(): Promise<void> {
  try {
    known.drops = await listDrops();
    known.failed = false;
  } catch {
    known.failed = true;
  }
  draw();
  if (hasSession()) await loadMine();
  const pauseMs = known.failed ? 5_000 : REFRESH_MS;
  setTimeout(() => void load(), pauseMs * (0.75 + Math.random() / 2));
}

async function loadMine(): Promise<void> {
  try {
    const [orders, tickets] = await Promise.all([storefront.myOrders(), storefront.myTickets()]);
    const found = new Map(tickets.data.map((ticket) => [ticket.drop_id, ticket.state]));
    // A line that is being restored keeps its tickets.
    for (const drop of tickets.not_ready) {
      const state = known.tickets.get(drop);
      if (state) found.set(drop, state);
    }
    known.tickets = found;
    // A visit to a site is no order to look up.
    const own = orders.data.filter((order) => !isVisit(order));
    if (own.length > 0) await orderTexts.attempt();
    known.orders = own;
  } catch {
    // Personal lists are an extra; the drops do without them.
  }
  draw();
}

function draw(): void {
  const list = byId("drops");
  updates = [];
  if (known.drops === null) {
    if (known.failed) list.replaceChildren(el("li", {}, notePanel(t("error.network"), []).root));
    return;
  }
  const groups = groupsOf(known.drops, ({ id }) => known.tickets.has(id), serverNow()).map(groupItem);
  list.replaceChildren(...(groups.length > 0 ? groups : [el("li", { class: "empty" }, t("drops.empty"))]));
  show(byId("mine"), known.orders.length > 0);
  byId("orders").replaceChildren(...known.orders.map(orderRow));
}

const groupItem = ([group, drops]: [Group, Drop[]]) =>
  el(
    "li",
    { class: "group" },
    el("h2", {}, t(`drops.group.${group}`)),
    el("ul", { class: "drops" }, ...drops.map(dropCard)),
  );

function dropCard(drop: Drop): HTMLElement {
  const badge = el("span", { class: "badge" });
  const when = el("p", { class: "when" });
  const price = el("p", { class: "price" }, priceOf(drop));
  const ticket = known.tickets.get(drop.id);
  const names = namesOf(drop);
  const file = calendarLink(drop);
  const mine = ticket === undefined ? null : el("span", { class: "badge mine" }, ticketText(ticket));
  const update = () => {
    const state = stateNow(drop, serverNow());
    badge.dataset.state = state;
    setText(badge, stateText(drop, state));
    setText(when, whenText(drop, state));
    show(file, state === "scheduled");
  };
  update();
  updates.push(update);
  return el(
    "li",
    {},
    el(
      "a",
      { class: "tile drop-card", href: `/drops/${drop.id}` },
      pictureOf(drop),
      el("span", { class: "badges" }, badge, mine),
      el("h3", {}, drop.title),
      el("p", { class: "small" }, t("drop.by", { seller: drop.seller.name })),
      names === null ? null : el("p", { class: "names" }, names),
      el("div", { class: "row" }, price, when),
    ),
    file,
  );
}

/** A calendar file with the opening. Without what it is of, all these links would sound alike. */
function calendarLink({ id, title }: Drop): HTMLElement {
  const file = link(`/v1/drops/${id}/calendar.ics`, t("drop.calendar"), "button link");
  file.setAttribute("aria-label", `${t("drop.calendar")}: ${title}`);
  return file;
}

/** A line to another site has words of its own, where they differ. */
const stateText = (drop: Drop, state: DropState) =>
  isForVisits(drop) ? tOr(`visit.drop.state.${state}`, `drop.state.${state}`) : t(`drop.state.${state}`);

const ticketText = (state: string) => tOr(`ticket.state.${state}`, "drops.in_line");

/** Whether nothing is left but what somebody pays for, which may come back. */
const isAllHeld = ({ units_left, units_held }: Drop) => units_left === 0 && (units_held ?? 0) > 0;

function whenText(drop: Drop, state: string): string {
  if (isForVisits(drop) && state === "open") return "";
  if (state === "open" && isAllHeld(drop)) return t("join.variant.held");
  if (state === "open") return t("drop.left", { count: drop.units_left, total: drop.units_total });
  if (state !== "scheduled" || !drop.opens_at) return "";
  const opensMs = Date.parse(drop.opens_at);
  const leftMs = opensMs - serverNow();
  if (leftMs > 86_400_000) return t("drop.opens_at", { when: dateTime(opensMs) });
  return `${t("drop.opens_in")} ${duration(leftMs)}`;
}

function orderRow(order: Order): HTMLElement {
  const amount = money(order.amount_minor, order.currency);
  const state = el("span", { class: "small" }, `${t(`order.step.${order.state}`)} · ${amount}`);
  return el("li", {}, el("a", { href: `/orders/${order.id}` }, order.drop_title), state);
}
