// The order of a ticket on this page. What shows it is loaded late: until it is there, what the stream told
// is said.
import type { PanelHost } from "../../common/panel.ts";
import { notePanel } from "../../common/parts.ts";
import type { Drop, Order, OrderState } from "../api/types.ts";
import { orderPart } from "../late/parts.ts";
import { type Key, t } from "../texts/index.ts";
import { call } from "../view/bell.ts";
import type { OrderView } from "../view/order.ts";
import { sayOf } from "../view/visits.ts";

/** What was told of a ticket whose order is not known yet. */
export type Told = "held" | "finished" | OrderState;

export interface OrderListener {
  /** Returns what to offer once the order is over. */
  next(order: Order): HTMLElement[];
  changed(order: Order): void;
}

export class LateOrder {
  private view: OrderView | null = null;
  private isLate = false;
  private stopped = false;

  constructor(
    private readonly ticketId: string,
    private readonly drop: Drop,
    private readonly host: PanelHost,
    private readonly listener: OrderListener,
    private told: Told,
    /** Whether a stream tells of changes. */
    private live: boolean,
  ) {}

  /** Shows the order as soon as what shows it is there. */
  async start(): Promise<void> {
    const { OrderView } = await orderPart.untilLoaded(() => this.beLate());
    if (this.stopped) return;
    const { next, changed } = this.listener;
    this.view = new OrderView(this.ticketId, this.host, next, changed, this.live);
    await this.view.refresh();
  }

  /** Shows nothing that is not shown yet. */
  stop(): void {
    this.stopped = true;
  }

  /** The stream says that the order has changed state. */
  hint(state: OrderState): void {
    this.told = state;
    if (this.view !== null) this.view.hint(state);
    else this.draw(false);
  }

  /** A stream has begun to tell of changes, or has ended. */
  streaming(live: boolean): void {
    this.live = live;
    this.view?.streaming(live);
  }

  redraw(): void {
    if (this.view !== null) this.view.redraw();
    else this.draw(true);
  }

  private beLate(): void {
    if (this.isLate) return;
    this.isLate = true;
    this.draw(false);
    if (this.told === "held" && !this.stopped) call(t("ticket.state.held"));
  }

  private draw(redraw: boolean): void {
    const { told } = this;
    if (!this.isLate || this.stopped) return;
    const key: Key = told === "held" || told === "finished" ? `ticket.state.${told}` : `order.state.${told}`;
    this.host.show(`order:late:${told}`, () => notePanel(sayOf(this.drop)(key), [t("order.late")]), redraw);
  }
}
