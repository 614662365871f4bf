// "Your turn": the hold's countdown and the sandbox cards.
import { serverNow } from "../../common/clock.ts";
import { questionDialog } from "../../common/dialog.ts";
import { el, setText, show } from "../../common/dom.ts";
import { clockTime, digits, money, number } from "../../common/format.ts";
import type { Panel } from "../../common/panel.ts";
import { facts, notice } from "../../common/parts.ts";
import type { Order } from "../api/types.ts";
import { type Key, t } from "../texts/index.ts";

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

/** Done, refused by the server, or lost on the way; only a lost attempt is repeated under its key. */
export type Outcome = "done" | "refused" | "lost";

export interface PayActions {
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

/** The card chosen, and one idempotency key per card until its attempt is answered. */
export class PayChoice {
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

/** What is said at the turn to pay: its title, and what to do. */
export const turnKeys = (order: Pick<Order, "reason">): [title: Key, hint: Key] =>
  order.reason === "declined"
    ? ["order.declined.title", "order.declined.hint"]
    : ["order.state.reserved", "order.hint.reserved"];

export function reservedPanel(order: Order, actions: PayActions): Panel {
  const [title, hint] = turnKeys(order);
  const heading = el("h2", {}, t(title));
  const problem = el("p", { class: "problem", role: "status" });
  const left = el("strong", {});
  const until = el("span", {}, t("turn.until", { when: whenHeldUntil(order) }));
  const label = el("span", { class: "heard-only" }, t("turn.left"));
  const timer = el("div", { class: "timer", role: "timer" }, label, left, until);
  const news = notice();
  const dialog = giveBackDialog(actions);
  const form = payForm(order, actions, problem, dialog);
  const root = el("div", { class: "turn" }, heading, el("p", {}, t(hint)), news.root, timer, form, dialog);
  let over = false;
  const update = () => {
    const leftMs = heldUntilMs(order) - serverNow();
    show(timer, Number.isFinite(leftMs));
    setText(left, digits(leftMs));
    timer.classList.toggle("soon", leftMs < 60_000);
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

function payForm(
  order: Order,
  actions: PayActions,
  problem: HTMLElement,
  dialog: HTMLDialogElement,
): HTMLElement {
  const payText = t("pay.button", { amount: money(order.amount_minor, order.currency) });
  const payButton = el("button", { type: "submit", class: "button wide" }, payText);
  // A link, not a second button beside the first: it ends the turn.
  const cancelButton = el("button", { type: "button", class: "button link wide" }, t("pay.cancel"));
  const form = el(
    "form",
    { class: "pay" },
    facts([
      [t("order.item"), order.drop_title],
      [t("order.units"), number(order.units)],
      [t("order.amount"), money(order.amount_minor, order.currency)],
    ]),
    cardChoice(actions.choice),
    el("div", { class: "pay-bar" }, problem, payButton),
    cancelButton,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { choice } = actions;
    const { card } = choice;
    payButton.disabled = cancelButton.disabled = true;
    setText(payButton, t("pay.busy"));
    const outcome = await actions.pay(card, choice.keyFor(card));
    if (outcome !== "lost") choice.answered(card);
    payButton.disabled = cancelButton.disabled = false;
    setText(payButton, payText);
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
