// An order from the hold to its end: your turn, payment or visit, progress, receipt. Keeps up by what
// the stream tells, and by polling while there is none.
import { announce, announceNow } from "../../common/announce.ts";
import { serverNow, timed } from "../../common/clock.ts";
import { ApiError } from "../../common/http.ts";
import { ownWords } from "../../common/language.ts";
import type { PanelHost } from "../../common/panel.ts";
import { link, notePanel } from "../../common/parts.ts";
import * as storefront from "../api/storefront.ts";
import type { Order, OrderState } from "../api/types.ts";
import { t, tOr } from "../texts/order.ts";
import { call, hush } from "./bell.ts";
import { Entering } from "./entering.ts";
import { endPanel } from "./order_end.ts";
import { isFinal, isLetIn, isUnderWay, pauseMs } from "./order_state.ts";
import { passPanel } from "./pass.ts";
import { asksForUnits, type Outcome, PayChoice, reservedPanel, whenHeldUntil } from "./pay.ts";
import { untilAnswered } from "./resend.ts";
import { underWayPanel } from "./under_way.ts";

/** The states in which it is the shopper's turn. */
const TURNS: readonly (OrderState | undefined)[] = ["reserved", "passed"];

export class OrderView {
  order: Order | null = null;
  /** Of the next poll; 0 while none is planned. */
  private timer = 0;
  private polls = 0;
  /** Counts the questions and payments: only what the latest one answers is shown. */
  private asked = 0;
  /** Whether the last question was answered. */
  private answered = false;
  /** What the stream told last, since the shopper began to pay or to cancel. */
  private hinted: OrderState | null = null;
  private turnAnnounced = false;
  private problem: string | null = null;
  /** Where the payment stands that is being sent again. */
  private unsent: string | null = null;
  private readonly choice = new PayChoice();
  private entering: Entering | null = null;

  constructor(
    private readonly id: string,
    private readonly host: PanelHost,
    /** Returns what to offer once the order is over. */
    private readonly next: (order: Order) => HTMLElement[],
    private readonly changed: (order: Order) => void,
    /** Whether a stream tells of changes; `streaming` keeps it up to date. */
    private live = false,
    /** Where the facts of an order stand that is over, if not with what is said of it. */
    private readonly beside: HTMLElement | null = null,
  ) {}

  /** Loads the order now, and again as often as its state calls for. */
  async refresh(): Promise<void> {
    this.unplan();
    this.polls += 1;
    this.asked += 1;
    const asked = this.asked;
    try {
      const order = await timed(() => storefront.getOrder(this.id));
      if (asked !== this.asked) return;
      this.take(order);
    } catch (error) {
      if (asked !== this.asked) return;
      this.answered = false;
      // The line may know of the order a moment before the storefront does.
      if (error instanceof ApiError && !error.isTransient && this.order === null && this.polls > 3) {
        return this.host.show("missing", missingPanel);
      }
      this.problem = error instanceof ApiError && error.status === 0 ? t("error.network") : null;
      this.host.update();
    }
    this.plan();
  }

  /** The stream says that the order has changed state. */
  hint(state: OrderState): void {
    this.hinted = state;
    this.follow();
  }

  /** A stream has begun to tell of changes, and those before are not known; or it has ended. */
  streaming(live: boolean): void {
    if (live === this.live) return;
    this.live = live;
    if (live) void this.refresh();
    else if (this.timer !== 0) this.plan();
  }

  redraw(): void {
    this.draw(true);
  }

  private follow(): void {
    if (this.hinted !== null && this.hinted !== this.order?.state) void this.refresh();
  }

  private plan(): void {
    this.unplan();
    if (this.order !== null && isFinal(this.order.state)) return;
    const ms = pauseMs(this.order, this.polls, this.live && this.answered);
    this.timer = window.setTimeout(() => void this.refresh(), ms);
  }

  private unplan(): void {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  private take(order: Order): void {
    const before = this.order?.state;
    this.order = order;
    this.answered = true;
    this.problem = null;
    if (order.state !== "passed") this.entering?.stay();
    if (before !== order.state) {
      this.polls = 0;
      if (TURNS.includes(before)) hush();
      this.announceState(order);
    }
    this.draw(false);
    this.changed(order);
  }

  private announceState(order: Order): void {
    if (order.state === "reserved" && order.reason === "declined") {
      announceNow(t("turn.declined", { when: whenHeldUntil(order) }));
    } else if (TURNS.includes(order.state) && !this.turnAnnounced) {
      this.turnAnnounced = true;
      call(turnText(order));
    } else if (isUnderWay(order.state)) {
      announce(t(`order.state.${order.state}`));
    }
  }

  private draw(redraw: boolean): void {
    const { order } = this;
    if (order === null) return;
    if (order.state === "reserved") {
      const actions = {
        choose: (units: number) => this.choose(units),
        pay: (method: string, attempt: string) => this.pay(order, method, attempt),
        cancel: () => this.act(() => timed(() => storefront.cancelOrder(this.id))),
        over: () => void this.refresh(),
        problem: () => this.unsent ?? this.problem,
        words: () => ownWords(this.order?.drop_message),
        choice: this.choice,
      };
      const step = asksForUnits(order, this.choice) ? "units" : `${order.reason ?? ""}:${order.units}`;
      this.host.show(`order:reserved:${step}`, () => reservedPanel(order, actions), redraw);
    } else if (isUnderWay(order.state)) {
      const read = () => ({ state: this.order?.state ?? order.state, problem: this.problem });
      this.host.show("order:under-way", () => underWayPanel(read), redraw);
    } else if (isLetIn(order.state)) {
      const entering = this.enteringWith(order);
      const over = () => void this.refresh();
      this.host.show(`order:${order.state}`, () => passPanel(order, entering, over), redraw);
    } else {
      const kind = `order:${order.state}:${order.refund ?? ""}`;
      this.host.show(kind, () => endPanel(order, this.next(order), this.beside), redraw);
    }
  }

  /** Goes to the site by itself when the turn comes, and not with a pass that was used. */
  private enteringWith(order: Order): Entering {
    const listener = { changed: () => this.host.update(), over: () => void this.refresh() };
    this.entering ??= new Entering(order, listener);
    if (order.state === "passed") this.entering.goSoon();
    return this.entering;
  }

  /** Takes some of what is held. A repeat does no harm, so whoever has no answer asks again. */
  choose(units: number): Promise<Outcome> {
    return this.act(async () => {
      const order = await timed(() => storefront.chooseUnits(this.id, units));
      this.choice.isTaken = true;
      return order;
    });
  }

  /** Pays, again if that was lost; the bank is being asked then, and the stream or the next poll tells more. */
  pay(order: Order, method: string, attempt: string): Promise<Outcome> {
    const send = () =>
      this.act(async () => {
        await storefront.pay(this.id, method, attempt);
        return { ...order, state: "authorizing" as const, reason: null };
      });
    return untilAnswered(send, {
      waits: () => this.waitsFor(order),
      tell: (unsent) => {
        this.unsent = unsent;
        this.host.update();
      },
    });
  }

  /** Whether the order still waits to be paid, and nothing has become of a payment since. */
  private waitsFor({ updated_at }: Order): boolean {
    if (this.order?.state !== "reserved" || this.order.updated_at !== updated_at) return false;
    const { hold_expires_at } = this.order;
    return !hold_expires_at || Date.parse(hold_expires_at) > serverNow();
  }

  /** Pays or releases the hold; whatever the answer, the order itself tells the outcome. */
  private async act(call: () => Promise<Order>): Promise<Outcome> {
    this.hinted = null;
    try {
      const order = await call();
      this.asked += 1;
      this.take(order);
      this.plan();
      // The bank may have been faster than this answer.
      this.follow();
      return "done";
    } catch (error) {
      await this.refresh();
      if (!(error instanceof ApiError) || error.status === 0) return "lost";
      if (this.order?.state === "reserved") this.problem = tOr(`error.${error.code}`, "pay.failed");
      return "refused";
    }
  }
}

const turnText = (order: Order) =>
  order.state === "passed"
    ? t("pass.turn", { site: order.drop_title })
    : t("turn.announce", { when: whenHeldUntil(order) });

const missingPanel = () =>
  notePanel(t("order.missing.title"), [t("order.missing.hint")], link("/", t("drop.next")));
