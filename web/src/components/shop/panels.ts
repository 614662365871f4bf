// Every panel of the shop in its states.
import { serverNow } from "../../common/clock.ts";
import type { Panel } from "../../common/panel.ts";
import { type Drop, MODES, ORDER_STATES, type Order, type WaitingFrame } from "../../shop/api/types.ts";
import { begin, type Connection } from "../../shop/stream/machine.ts";
import { shownAfter } from "../../shop/stream/position.ts";
import { endedPanel, openPanel, scheduledPanel } from "../../shop/view/drop.ts";
import { endPanel } from "../../shop/view/order_end.ts";
import { isFinal, isUnderWay } from "../../shop/view/order_state.ts";
import { type PayActions, PayChoice, reservedPanel } from "../../shop/view/pay.ts";
import { underWayPanel } from "../../shop/view/under_way.ts";
import { type WaitingFacts, waitingPanel } from "../../shop/view/waiting.ts";
import { FRAME, later, newDrop, newOrder } from "./samples.ts";

const LIVE: Connection = { ...begin(), phase: "live" };

export function beforePanels(): Panel[] {
  const open = (part: Partial<Drop>, problem: string | null = null) =>
    openPanel(
      () => newDrop(part),
      { busy: false, problem, variant: null, units: 1, code: "" },
      () => {},
    );
  const ended = (["sold_out", "closed", "cancelled", "draft"] as const).map((state) =>
    endedPanel(newDrop({ state, end_reason: "The kiln has cracked." }), state),
  );
  return [
    scheduledPanel(newDrop({ state: "scheduled", opens_at: later(90_000) })),
    ...MODES.map((mode) => open({ mode, message: mode === "paused" ? "Back at noon." : null })),
    open({ units_left: 0, units_held: 7, invite_only: true, fulfilment: "checkout" }, "The line is full."),
    ...ended,
  ];
}

export function waitingPanels(): Panel[] {
  const waits = (frame: Partial<WaitingFrame>, part: Partial<WaitingFacts> = {}) => {
    const first = shownAfter(null, { ...FRAME, position: 500 });
    const shown = shownAfter(first, { ...FRAME, evn: 2, ...frame });
    const facts = { shown, connection: LIVE, rebuilding: false, lane: 0, variant: null, away: false };
    return waitingPanel(
      newDrop({}),
      () => ({ ...facts, ...part }),
      async () => true,
    );
  };
  return [
    waits({}, { shown: null, connection: begin() }),
    waits({}),
    waits({ position: 1 }),
    waits({ standby: true, units_left: 0 }),
    waits({ position: 620, rise: "returned", eta_p50_s: 700, eta_p90_s: 900, eta_reason: "returned" }),
    ...MODES.map((mode) => waits({ mode, eta_p50_s: null, eta_p90_s: null, message: "Back at noon." })),
    waits({}, { rebuilding: true, connection: { ...LIVE, phase: "backing_off", failures: 2 } }),
    waits({}, { away: true, connection: { ...LIVE, transport: "polling" } }),
  ];
}

export function turnPanels(): Panel[] {
  const turn = (part: Partial<Order>, problem: string | null = null) =>
    reservedPanel(newOrder("reserved", part), actions(problem));
  const underWay = ORDER_STATES.filter(isUnderWay).map((state) =>
    underWayPanel(() => ({ state, problem: null })),
  );
  return [
    turn({}),
    turn({ reason: "declined" }),
    turn({ may_choose_units: true, units: 2 }),
    turn({ may_choose_units: true, are_last_units: true }),
    turn({ hold_expires_at: new Date(serverNow() + 40_000).toISOString() }, "The bank can't be reached."),
    ...underWay,
  ];
}

const actions = (problem: string | null): PayActions => ({
  choose: async () => "done",
  pay: async () => "done",
  cancel: async () => "done",
  over: () => {},
  problem: () => problem,
  words: () => null,
  choice: new PayChoice(),
});

export function afterPanels(): Panel[] {
  const ends = ORDER_STATES.filter((state) => isFinal(state)).map((state) =>
    endPanel(newOrder(state), [], null),
  );
  const refunds = (["pending", "done"] as const).map((refund) =>
    endPanel(newOrder("payment_failed", { refund }), [], null),
  );
  return [...ends, ...refunds];
}
