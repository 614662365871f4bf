// "Your turn": the hold's countdown and the sandbox cards.
import { serverNow } from "../../common/clock.ts";
import { el, setText, show } from "../../common/dom.ts";
import { clockTime, digits, money, number } from "../../common/format.ts";
import type { Panel } from "../../common/panel.ts";
import { facts } from "../../common/parts.ts";
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
  const timer = el("div", { class: "timer", role: "timer" }, el("span", {}, t("turn.left")), left, until);
  const form = payForm(order, actions, problem);
  const root = el("div", { class: "turn" }, heading, el("p", {}, t(hint)), timer, form);
  let over = false;
  const update = () => {
    const leftMs = heldUntilMs(order) - serverNow();
    show(timer, Number.isFinite(leftMs));
    setText(left, digits(leftMs));
    timer.classList.toggle("soon", leftMs < 60_000);
    if (leftMs <= 0 && !over) {
      over = true;
      setText(problem, t("turn.over"));
      actions.over();
    }
  };
  return { root, heading, update };
}

function payForm(order: Order, actions: PayActions, problem: HTMLElement): HTMLElement {
  const payText = t("pay.button", { amount: money(order.amount_minor, order.currency) });
  const payButton = el("button", { type: "submit", class: "button" }, payText);
  const cancelButton = el("button", { type: "button", class: "button quiet" }, t("pay.cancel"));
  const form = el(
    "form",
    { class: "pay" },
    facts([
      [t("order.item"), order.drop_title],
      [t("order.units"), number(order.units)],
      [t("order.amount"), money(order.amount_minor, order.currency)],
    ]),
    cardChoice(),
    problem,
    el("div", { class: "actions" }, payButton, cancelButton),
  );
  const attempt = new Attempt();
  const send = async (call: () => Promise<Outcome>) => {
    payButton.disabled = cancelButton.disabled = true;
    setText(payButton, t("pay.busy"));
    const outcome = await call();
    payButton.disabled = cancelButton.disabled = false;
    setText(payButton, payText);
    if (outcome !== "done") setText(problem, actions.problem() ?? t("pay.failed"));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const method = String(new FormData(form).get("card"));
    void send(async () => {
      const outcome = await actions.pay(method, attempt.for(method));
      if (outcome !== "lost") attempt.forget(method);
      return outcome;
    });
  });
  cancelButton.addEventListener("click", () => void send(actions.cancel));
  return form;
}

/** One idempotency key per card, kept until an answer arrives, so that nothing is paid twice. */
class Attempt {
  private readonly keys = new Map<string, string>();

  for(choice: string): string {
    const key = this.keys.get(choice) ?? `${choice}-${randomId()}`;
    this.keys.set(choice, key);
    return key;
  }

  forget(choice: string): void {
    this.keys.delete(choice);
  }
}

const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function cardChoice(): HTMLElement {
  const cards = CARDS.map((card, index) => {
    const input = el("input", { type: "radio", name: "card", value: card, checked: index === 0 });
    return el("label", { class: "card" }, input, el("span", {}, t(`pay.card.${card}` satisfies Key)));
  });
  const more = el("details", {}, el("summary", {}, t("pay.more")), ...cards.slice(COMMON_CARDS));
  return el(
    "fieldset",
    {},
    el("legend", {}, t("pay.legend")),
    ...cards.slice(0, COMMON_CARDS),
    more,
    el("p", { class: "small" }, t("pay.sandbox")),
  );
}
