// What the list of drops says besides, in English: it comes with that page alone.
import type { Message } from "../../common/texts.ts";

export const enList = {
  "drops.empty": "No drops are scheduled right now.",
  "drops.group.mine": "Your places",
  "drops.group.open": "Open now",
  "drops.group.soon": "Coming soon",
  "drops.group.past": "Ended",

  "drop.state.draft": "In preparation",
  "drop.state.scheduled": "Opens soon",
  "drop.state.open": "Open now",
  "drop.state.sold_out": "Sold out",
  "drop.state.closed": "Closed",
  "drop.state.cancelled": "Cancelled",
  "visit.drop.state.open": "Open now",
  "visit.drop.state.sold_out": "Every visit is taken",

  "drops.in_line": "You're in line",
  "ticket.state.waiting": "Waiting in line",
  "ticket.state.missed": "You missed your turn: come back",
  "ticket.state.admitting": "Being let in",
  "ticket.state.admitted": "Being let in",
  "ticket.state.closed": "The line has ended",
  "ticket.state.left": "You left the line",
} as const satisfies Record<string, Message>;
