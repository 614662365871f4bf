// "Your turn": the hold's countdown, the quantity where it is chosen now, and the sandbox cards.
import { announceNow } from "../../common/announce.ts";
import { serverNow } from "../../common/clock.ts";
import { questionDialog } from "../../common/dialog.ts";
import { el, setText, show } from "../../common/dom.ts";
import { clockTime, digits, money, number } from "../../common/format.ts";
import type { Panel } from "../../common/panel.ts";
import { facts, notice } from "../../common/parts.ts";
import type { Order } from "../api/types.ts";
import { type Key, t } from "../texts/order.ts";
import { itemRows } from "./order_facts.ts";
import { stepper } from "./stepper.ts";

export const CARDS = [
  "pm_card_approve",
  "pm_card_decline",
  "pm_card_late",
  "pm_card_hang",
  "pm_card_500_before",
  "pm_card_500_after",
  "pm_card_capture_hang",
  "pm_card_capture_decline",
  "pm_card_duplicate_callbacks",
  "pm_card_out_of_order_callbacks",
] as const;
const COMMON_CARDS = 2;
/** Who has less than this left to pay is warned: less than a minute by the timer, too, which rounds up. */
const SOON_MS = 59_000;

/** Done, refused by the server, or lost on the way; only a lost attempt is repeated under its key. */
export type Outcome = "done" | "refused" | "lost";

export interface PayActions {
  choose(units: number): Promise<Outcome>;
  pay(method: string, attempt: string): Promise<Outcome>;
  cancel(): Promise<Outcome>;
  /** The hold has run out. */
  over(): void;
  problem(): string | null;
  /** The seller's or an operator's words, if there are any now. */
  words(): string | null;
  /** What the shopper has chosen; it outlives a redraw. */
  choice: PayChoice;
}

/** The units and the card chosen, and one idempotency key per card until its attempt is answered. */
export class PayChoice {
  units = 1;
  /** Whether so many were taken. */
  isTaken = false;
  card: string = CARDS[0];
  private readonly keys = new Map<string, string>();

  keyFor(card: string): string {
    const key = this.keys.get(card) ?? `${card}-${randomId()}`;
    this.keys.set(card, key);
    return key;
  }

  answered(card: string): void {
    this.keys.delete(card);
  }
}

const heldUntilMs = (order: Order) =>
  order.hold_expires_at ? Date.parse(order.hold_expires_at) : Number.POSITIVE_INFINITY;

export const whenHeldUntil = (order: Order) => (order.hold_expires_at ? clockTime(heldUntilMs(order)) : "");

/** Whether the quantity is asked for before the payment: not again after an answer, nor after a payment. */
export const asksForUnits = (
  { may_choose_units, reason }: Pick<Order, "may_choose_units" | "reason">,
  { isTaken }: Pick<PayChoice, "isTaken">,
) => may_choose_units === true && !reason && !isTaken;

/** What is said at the turn: its title, and what to do. */
export function turnKeys({ reason }: Pick<Order, "reason">, asks: boolean): [title: Key, hint: Key] {
  if (reason === "declined") return ["order.declined.title", "order.declined.hint"];
  return ["order.state.reserved", asks ? "units.hint" : "order.hint.reserved"];
}

/** Whether the time to pay is nearly over. */
export const isSoonOver = (leftMs: number) => leftMs > 0 && leftMs < SOON_MS;

/** Says that no more are left than are held, where one may take more; null otherwise. */
export const lastUnitsText = ({ are_last_units, units }: Pick<Order, "are_last_units" | "units">) =>
  are_last_units === true ? t("units.last", { count: units }) : null;

export function reservedPanel(order: Order, actions: PayActions): Panel {
  const asks = asksForUnits(order, actions.choice);
  const [title, hint] = turnKeys(order, asks);
  const heading = el("h2", {}, t(title));
  const problem = el("p", { class: "problem", role: "status" });
  const left = el("strong", {});
  const until = el("span", {}, t("turn.until", { when: whenHeldUntil(order) }));
  const label = el("span", { class: "heard-only" }, t("turn.left"));
  const timer = el("div", { class: "timer", role: "timer" }, label, left, until);
  const warning = el("p", { class: "problem" });
  const news = notice();
  const dialog = giveBackDialog(actions);
  const button = el("button", { type: "submit", class: "button wide" });
  const form = (asks ? unitsForm : payForm)(order, actions, { button, problem, dialog });
  const last = lastUnitsText(order);
  const root = el(
    "div",
    { class: "turn" },
    heading,
    el("p", {}, t(hint)),
    last === null ? null : el("p", {}, last),
    news.root,
    timer,
    warning,
    form,
    dialog,
  );
  const leftNow = () => heldUntilMs(order) - serverNow();
  // Who sees the turn this late hears of it by the panel's heading, and may read the rest.
  let warned = leftNow() < SOON_MS;
  let over = false;
  const update = () => {
    const leftMs = leftNow();
    show(timer, Number.isFinite(leftMs));
    setText(left, digits(leftMs));
    timer.classList.toggle("soon", leftMs < SOON_MS);
    setText(warning, isSoonOver(leftMs) ? t("turn.soon") : "");
    if (!warned && isSoonOver(leftMs)) {
      warned = true;
      announceNow(t("turn.soon"));
    }
    news.write(null, actions.words());
    setText(problem, leftMs <= 0 ? t("turn.over") : (actions.problem() ?? ""));
    if (leftMs <= 0 && !over) {
      over = true;
      actions.over();
    }
  };
  return { root, heading, update };
}

const giveBackDialog = ({ cancel }: PayActions) =>
  questionDialog({
    title: t("pay.cancel.title"),
    hint: t("pay.cancel.hint"),
    yes: t("pay.cancel.yes"),
    no: t("pay.cancel.no"),
    failed: t("pay.cancel.failed"),
    act: async () => (await cancel()) === "done",
  });

/** Asks how many of the units are taken; what it costs follows. */
function unitsForm(order: Order, actions: PayActions, parts: TurnParts): HTMLElement {
  const { choice } = actions;
  const price = order.amount_minor / order.units;
  const label = () =>
    t("units.take", { count: choice.units, amount: money(price * choice.units, order.currency) });
  const limit = t("units.held", { count: order.units });
  const quantity = stepper(order.units, limit, choice, () => setText(parts.button, label()));
  const root = turnForm(parts, label, async () => {
    await actions.choose(choice.units);
  });
  root.prepend(facts(itemRows(order)), ...(quantity === null ? [] : [quantity]));
  return root;
}

function payForm(order: Order, actions: PayActions, parts: TurnParts): HTMLElement {
  const amount = money(order.amount_minor, order.currency);
  const { choice } = actions;
  const root = turnForm(
    parts,
    () => t("pay.button", { amount }),
    async () => {
      const { card } = choice;
      const outcome = await actions.pay(card, choice.keyFor(card));
      if (outcome !== "lost") choice.answered(card);
    },
  );
  const rows: [string, string][] = [
    ...itemRows(order),
    [t("order.units"), number(order.units)],
    [t("order.amount"), amount],
  ];
  root.prepend(facts(rows), cardChoice(choice));
  return root;
}

/** What a form of the turn ends with. */
interface TurnParts {
  button: HTMLButtonElement;
  problem: HTMLElement;
  dialog: HTMLDialogElement;
}

/** A form with one button, which works once at a time, and the way out. */
function turnForm(
  { button, problem, dialog }: TurnParts,
  label: () => string,
  send: () => Promise<void>,
): HTMLElement {
  setText(button, label());
  // A link, not a second button beside the first: it ends the turn.
  const cancelButton = el("button", { type: "button", class: "button link wide" }, t("pay.cancel"));
  const bar = el("div", { class: "pay-bar" }, problem, button);
  const form = el("form", { class: "pay" }, bar, cancelButton);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = cancelButton.disabled = true;
    setText(button, t("pay.busy"));
    await send();
    button.disabled = cancelButton.disabled = false;
    setText(button, label());
  });
  cancelButton.addEventListener("click", () => dialog.showModal());
  return form;
}

const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function cardChoice(choice: PayChoice): HTMLElement {
  const cards = CARDS.map((card) => {
    const choose = () => {
      choice.card = card;
    };
    const checked = card === choice.card;
    const input = el("input", { type: "radio", name: "card", value: card, checked, onchange: choose });
    return el("label", { class: "card" }, input, el("span", {}, t(`pay.card.${card}` satisfies Key)));
  });
  const open = CARDS.slice(COMMON_CARDS).some((card) => card === choice.card);
  const more = el("details", { open }, el("summary", {}, t("pay.more")), ...cards.slice(COMMON_CARDS));
  return el(
    "fieldset",
    {},
    el("legend", {}, t("pay.legend")),
    ...cards.slice(0, COMMON_CARDS),
    more,
    el("p", { class: "small" }, t("pay.sandbox")),
  );
}
