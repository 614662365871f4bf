// A ticket on this page: its stream, its place, and the order it turns into.
import type { Admission } from "../api/admission.ts";
import { ApiError } from "../api/http.ts";
import type { Drop, Frame, Order, Ticket } from "../api/types.ts";
import { number, t } from "../i18n/index.ts";
import { StreamClient } from "../stream/client.ts";
import { frameOf } from "../stream/frames.ts";
import type { Line } from "../stream/machine.ts";
import { Pace } from "../stream/pace.ts";
import { type Shown, seenOf, show } from "../stream/place.ts";
import { announce } from "../view/announce.ts";
import { serverNow } from "../view/clock.ts";
import { el } from "../view/dom.ts";
import { stateNow } from "../view/drop.ts";
import { link } from "../view/facts.ts";
import { isFinal, OrderView } from "../view/order.ts";
import type { Panel, PanelHost } from "../view/panel.ts";
import { rememberedPlace, rememberPlace } from "../view/store.ts";
import { waitingPanel } from "../view/waiting.ts";

/** How a place in line ends without an order. */
export type End =
  | { kind: "closed"; reason: string }
  | { kind: "left" }
  | { kind: "lost" }
  | { kind: "again" };

export class InLine {
  readonly ticketId: string;
  private readonly stream: StreamClient;
  private readonly pace = new Pace();
  private shown: Shown | null;
  private line: Line | null = null;
  private rebuilding = false;
  private admitting = false;
  private orderView: OrderView | null = null;
  private stopped = false;

  constructor(
    private readonly drop: Drop,
    private readonly admission: Admission,
    private readonly host: PanelHost,
    ticket: Ticket,
    private readonly ended: (end: End) => void,
  ) {
    this.ticketId = ticket.ticket_id;
    this.shown = rememberedPlace(drop.id, ticket.ticket_id);
    this.stream = new StreamClient(admission, drop.id, {
      frame: (frame) => this.take(frame),
      connection: (line) => {
        this.line = line;
        this.host.update();
      },
      lost: () => this.finish({ kind: "lost" }),
      seen: () => (this.shown === null ? null : seenOf(this.shown)),
    });
  }

  start(ticket: Ticket): void {
    this.take(frameOf(ticket));
    const over = ticket.state === "closed" || ticket.state === "left" || ticket.state === "finished";
    if (!over && !this.stopped) this.stream.start();
  }

  stop(): void {
    this.stopped = true;
    this.stream.stop();
  }

  redraw(): void {
    if (this.orderView !== null) this.orderView.redraw();
    else this.draw(true);
  }

  private take(frame: Frame): void {
    if (this.stopped) return;
    switch (frame.type) {
      case "waiting":
        return this.moved(frame);
      case "rebuilding":
        this.rebuilding = true;
        return this.host.update();
      case "admitting":
        this.admitting = true;
        if (this.orderView === null) this.draw();
        return;
      case "held":
        return this.openOrder();
      case "order":
        this.openOrder();
        this.orderView?.hint(frame.state);
        return;
      case "closed":
        return this.finish({ kind: "closed", reason: frame.reason });
      case "left":
        return this.finish({ kind: "left" });
    }
  }

  private moved(frame: Extract<Frame, { type: "waiting" }>): void {
    // Whoever was told of an order is past the line; a lagging answer changes nothing.
    if (this.orderView !== null) return;
    this.admitting = false;
    this.rebuilding = false;
    this.shown = show(this.shown, frame);
    this.pace.note(performance.now(), this.shown.place);
    rememberPlace(this.drop.id, this.ticketId, this.shown);
    const { place, waiting } = this.shown;
    document.title = `${number(place)} · ${this.drop.title}`;
    announce(t("line.announce", { place, waiting: t("line.waiting", { count: waiting }) }));
    this.draw();
  }

  private openOrder(): void {
    if (this.orderView !== null) return;
    this.orderView = new OrderView(
      this.ticketId,
      this.host,
      (order) => this.nextSteps(order),
      (order) => {
        document.title = `${t(`order.state.${order.state}`)} · ${this.drop.title}`;
        if (isFinal(order.state)) this.stream.stop();
      },
    );
    void this.orderView.refresh();
  }

  /** An order that came to nothing, or took less than a customer may have, leaves room for another. */
  private nextSteps(order: Order): HTMLElement[] {
    const receipt = link(`/orders/${order.id}`, t("order.open"));
    const mayHave = this.drop.max_units_per_customer ?? 1;
    const more = order.state !== "confirmed" || order.units < mayHave;
    if (!more || stateNow(this.drop, serverNow()) !== "open") return [receipt];
    const again = () => this.ended({ kind: "again" });
    return [el("button", { type: "button", class: "button", onclick: again }, t("join.again")), receipt];
  }

  private finish(end: End): void {
    if (this.stopped) return;
    // The stream also ends when an order is done; the order page's own polling goes on.
    if (this.orderView !== null) return this.stream.stop();
    this.ended(end);
  }

  private draw(redraw = false): void {
    if (this.admitting) return this.host.show("admitting", admittingPanel, redraw);
    const facts = () => ({
      shown: this.shown,
      line: this.line,
      leftMs: this.pace.leftMs(performance.now()),
      rebuilding: this.rebuilding,
    });
    this.host.show(
      `waiting:${this.ticketId}`,
      () => waitingPanel(this.drop, facts, () => this.leave()),
      redraw,
    );
  }

  /** Leaves for good, unless the turn came first. A ticket that is not known any more has left already. */
  private async leave(): Promise<boolean> {
    try {
      const ticket = await this.admission.leave(this.drop.id);
      this.take(frameOf(ticket));
      return ticket.state !== "waiting";
    } catch (error) {
      if (!(error instanceof ApiError) || error.passing) return false;
      this.finish({ kind: "left" });
      return true;
    }
  }
}

function admittingPanel(): Panel {
  const heading = el("h2", {}, t("admitting.title"));
  const flow = el("div", { class: "flow" });
  const root = el("div", { class: "note under-way" }, flow, heading, el("p", {}, t("admitting.hint")));
  return { root, heading, update: () => {} };
}
