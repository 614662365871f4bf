// Turns what came over the wire into a frame, or null if it is none that we know.
import { type Frame, ORDER_STATES, type Ticket } from "../api/types.ts";

const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);

/** Reads a frame. Unknown types are ignored: a newer server may say more than we know. */
export function parseFrame(data: string): Frame | null {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  const frame = value as Record<string, unknown>;
  switch (frame.type) {
    case "waiting":
      return isWaiting(frame) ? (value as Frame) : null;
    case "order":
      return ORDER_STATES.some((state) => state === frame.state) ? (value as Frame) : null;
    case "closed":
      return { type: "closed", reason: String(frame.reason ?? "closed") };
    case "missed":
    case "admitting":
    case "held":
    case "left":
    case "rebuilding":
      return value as Frame;
    default:
      return null;
  }
}

const isWaiting = ({ epoch, evn, position, waiting }: Record<string, unknown>) =>
  [epoch, evn, position, waiting].every(isNumber);

/** Turns a polled ticket into the frame that the stream would have sent. */
export function frameOf(ticket: Ticket): Frame {
  switch (ticket.state) {
    case "waiting":
      return {
        type: "waiting",
        epoch: ticket.epoch,
        evn: ticket.evn,
        position: ticket.position ?? 1,
        waiting: ticket.waiting ?? ticket.position ?? 1,
        units_left: ticket.units_left,
        units_held: ticket.units_held,
        eta_p50_s: ticket.eta_p50_s,
        eta_p90_s: ticket.eta_p90_s,
        eta_reason: ticket.eta_reason,
        odds_percent: ticket.odds_percent,
        standby: ticket.standby,
        rise: ticket.rise,
        mode: ticket.mode,
        mode_until: ticket.mode_until,
        message: ticket.message,
      };
    case "admitting":
      return { type: "admitting" };
    case "held":
    case "finished":
      return { type: "held" };
    case "closed":
      return { type: "closed", reason: ticket.reason ?? "closed" };
    case "left":
      return { type: "left" };
  }
}
