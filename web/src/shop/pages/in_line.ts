// A ticket on this page: its stream, its position, and the order it turns into. What shows the order is loaded
// while the shopper waits.
import { announce } from "../../common/announce.ts";
import { retryPause } from "../../common/backoff.ts";
import { pause, serverNow } from "../../common/clock.ts";
import { el } from "../../common/dom.ts";
import { number } from "../../common/format.ts";
import { ApiError } from "../../common/http.ts";
import type { Panel, PanelHost } from "../../common/panel.ts";
import { link } from "../../common/parts.ts";
import type { Admission } from "../api/admission.ts";
import type { Drop, Frame, Order, Ticket } from "../api/types.ts";
import { orderPart } from "../late/parts.ts";
import { StreamClient } from "../stream/client.ts";
import { frameOf } from "../stream/frames.ts";
import { type Connection, isStreaming } from "../stream/machine.ts";
import { type Shown, seenOf, shownAfter } from "../stream/position.ts";
import { t } from "../texts/index.ts";
import { stateNow } from "../view/drop.ts";
import { isFinal } from "../view/order_state.ts";
import { isVisit, sayOf } from "../view/visits.ts";
import { waitingPanel } from "../view/waiting.ts";
import { LateOrder, type Told } from "./late_order.ts";
import { noteTicket, rememberedPosition, rememberPosition } from "./remembered.ts";

/** Refusals that mean that there is no such ticket in line; after any other, it still stands there. */
const GONE_CODES = ["ticket_invalid", "ticket_foreign", "drop_not_found"];
/** The refusal of a ticket that is too old, though its place may still be there. */
const EXPIRED = "ticket_expired";

/** How a ticket ends without an order. */
export type End =
  | { kind: "closed"; reason: string }
  | { kind: "left" }
  | { kind: "lost" }
  | { kind: "again" }
  /** Its place was gone, and this ticket came for it. */
  | { kind: "new_ticket"; ticket: Ticket };

export class InLine {
  readonly ticketId: string;
  private stream: StreamClient;
  private shown: Shown | null;
  private connection: Connection | null = null;
  private rebuilding = false;
  private admitting = false;
  /** Whether the turn passed while nobody was here, and the place that the shopper came back to. */
  private away = false;
  private backAt: number | null = null;
  private order: LateOrder | null = null;
  private lane: number | null = null;
  private readonly variant: string | null;
  private stopped = false;

  constructor(
    private readonly drop: Drop,
    private readonly admission: Admission,
    private readonly host: PanelHost,
    ticket: Ticket,
    private readonly ended: (end: End) => void,
  ) {
    this.ticketId = ticket.ticket_id;
    this.variant = ticket.variant_id ?? null;
    noteTicket(drop.id);
    this.shown = rememberedPosition(drop.id, ticket.ticket_id);
    this.stream = this.newStream();
  }

  start(ticket: Ticket): void {
    this.lane = ticket.lane ?? this.lane;
    if (ticket.state === "finished") this.openOrder("finished");
    else this.take(frameOf(ticket));
    const over = ticket.state === "closed" || ticket.state === "left" || ticket.state === "finished";
    if (!over && !this.stopped) this.stream.start();
  }

  stop(): void {
    this.stopped = true;
    this.order?.stop();
    this.stream.stop();
  }

  redraw(): void {
    if (this.order !== null) this.order.redraw();
    else this.draw(true);
  }

  private newStream(): StreamClient {
    return new StreamClient(this.admission, this.drop.id, {
      frame: (frame) => this.take(frame),
      connection: (connection) => {
        this.connection = connection;
        this.order?.streaming(isStreaming(connection));
        this.host.update();
      },
      lost: (code) => {
        if (code === EXPIRED) void this.renew();
        else this.finish({ kind: "lost" });
      },
      seen: () => (this.shown === null ? null : seenOf(this.shown)),
    });
  }

  /**
   * Joins again, since a ticket may end before its line does: the same shopper gets the same place,
   * with a ticket that is valid. Nothing is to be gained by it once there is an order.
   */
  private async renew(): Promise<void> {
    const variant = this.variant ?? this.drop.variants[0]?.id ?? "";
    for (let failures = 1; !this.stopped && this.order === null; failures += 1) {
      try {
        return this.renewed(await this.admission.join(this.drop, variant, 1));
      } catch (error) {
        if (!(error instanceof ApiError) || !error.isTransient) return this.finish({ kind: "lost" });
        await pause(retryPause(failures, error.retryAfterMs, Math.random()));
      }
    }
  }

  private renewed(ticket: Ticket): void {
    if (this.stopped) return;
    if (ticket.ticket_id !== this.ticketId) return this.ended({ kind: "new_ticket", ticket });
    this.stream.stop();
    this.stream = this.newStream();
    this.start(ticket);
  }

  private take(frame: Frame): void {
    if (this.stopped) return;
    switch (frame.type) {
      case "waiting":
        return this.moved(frame);
      case "rebuilding":
        this.rebuilding = true;
        return this.host.update();
      case "missed":
        this.away = true;
        this.backAt = null;
        announce(t("line.missed"));
        return this.host.update();
      case "admitting":
        this.admitting = true;
        // The turn is next: there is no time to spread any more.
        orderPart.load().catch(() => {});
        if (this.order === null) this.draw();
        return;
      case "held":
        return this.openOrder("held");
      case "order":
        if (this.order === null) return this.openOrder(frame.state);
        return this.order.hint(frame.state);
      case "closed":
        return this.finish({ kind: "closed", reason: frame.reason });
      case "left":
        return this.finish({ kind: "left" });
    }
  }

  private moved(frame: Extract<Frame, { type: "waiting" }>): void {
    // A ticket with an order is past the line; a late answer changes nothing.
    if (this.order !== null) return;
    this.admitting = false;
    this.rebuilding = false;
    this.shown = shownAfter(this.shown, frame);
    void orderPart.prepare();
    this.noteBack(this.shown.position);
    rememberPosition(this.drop.id, this.ticketId, this.shown, this.variant);
    const { position, waiting } = this.shown;
    document.title = `${number(position)} · ${this.drop.title}`;
    announce(t("line.announce", { position, waiting: t("line.waiting", { count: waiting }) }));
    this.draw();
  }

  /** Says that the turn had passed until the line goes on from the old place. */
  private noteBack(position: number): void {
    if (this.backAt === null) this.backAt = position;
    else if (position < this.backAt) this.away = false;
  }

  private openOrder(told: Told): void {
    if (this.order !== null) return;
    const listener = {
      next: (order: Order) => this.nextSteps(order),
      changed: (order: Order) => {
        document.title = `${sayOf(this.drop)(`order.state.${order.state}`)} · ${this.drop.title}`;
        if (isFinal(order.state)) this.stream.stop();
      },
    };
    const live = this.connection !== null && isStreaming(this.connection);
    this.order = new LateOrder(this.ticketId, this.drop, this.host, listener, told, live);
    void this.order.start();
  }

  /** Offers to join again if the order failed, or took fewer units than a customer may have. */
  private nextSteps(order: Order): HTMLElement[] {
    // A visit has no receipt.
    const receipt = isVisit(order) ? [] : [link(`/orders/${order.id}`, t("order.open"))];
    const mayHave = this.drop.max_units_per_customer ?? 1;
    const more = order.state !== "confirmed" || order.units < mayHave;
    if (!more || stateNow(this.drop, serverNow()) !== "open") return receipt;
    const again = () => this.ended({ kind: "again" });
    return [el("button", { type: "button", class: "button", onclick: again }, t("join.again")), ...receipt];
  }

  private finish(end: End): void {
    if (this.stopped) return;
    // The stream also ends when an order is done; the order view goes on polling.
    if (this.order !== null) return this.stream.stop();
    this.ended(end);
  }

  private draw(redraw = false): void {
    if (this.admitting) return this.host.show("admitting", () => admittingPanel(this.drop), redraw);
    const facts = () => ({
      shown: this.shown,
      connection: this.connection,
      rebuilding: this.rebuilding,
      lane: this.lane,
      variant: this.variant,
      away: this.away,
    });
    this.host.show(
      `waiting:${this.ticketId}`,
      () => waitingPanel(this.drop, facts, () => this.leave()),
      redraw,
    );
  }

  /**
   * Leaves for good, unless the turn came first. A ticket that is no longer known has already left; one
   * that is too old has not, and the next try is made with another.
   */
  private async leave(): Promise<boolean> {
    try {
      const ticket = await this.admission.leave(this.drop.id);
      this.take(frameOf(ticket));
      return ticket.state !== "waiting";
    } catch (error) {
      const code = error instanceof ApiError ? error.code : "";
      if (code === EXPIRED) void this.renew();
      if (!GONE_CODES.includes(code)) return false;
      this.finish({ kind: "left" });
      return true;
    }
  }
}

function admittingPanel(drop: Drop): Panel {
  const heading = el("h2", {}, t("admitting.title"));
  const flow = el("div", { class: "flow" });
  const hint = el("p", {}, sayOf(drop)("admitting.hint"));
  const root = el("div", { class: "note under-way" }, flow, heading, hint);
  return { root, heading, update: () => {} };
}
