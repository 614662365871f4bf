// What visits to a protected site have words of their own for, in English. `visit.<key>` is said
// instead of `<key>`, with `{site}` at hand.
import type { Message } from "../../common/texts.ts";

export const enVisits = {
  "visit.drop.scheduled.hint":
    "Stay on this page: the button appears automatically when the line opens. Arriving early won't improve your place.",
  "visit.drop.open.title": "Enter {site}",
  "visit.drop.open.hint":
    "{site} lets in as many people as it can serve well. You'll join at the end of the line, and when it's your turn you can stay for {minutes}.",
  "visit.drop.sold_out.title": "Every visit is taken",
  "visit.drop.sold_out.hint": "{site} let in only so many people, and all of them have come.",
  "visit.drop.closed.title": "This line has closed",
  "visit.drop.closed.hint": "You can no longer join the line for {site}.",
  "visit.drop.cancelled.title": "This line was cancelled",
  "visit.drop.cancelled.hint": "{site} has called this line off, so nobody is let in through it any more.",

  "visit.line.keep":
    "Your place is safe, even if you reload or lock your phone. When it's your turn, this page takes you to {site}. Be back for it: your {minutes} there begin at once.",
  "visit.stock.left": { one: "{count} visit left", other: "{count} visits left" },
  "visit.stock.few": "{left}, {ahead} ahead of you: you may not get in.",
  "visit.stock.held_first":
    "Every visit left is kept for someone who may still come. If someone doesn't, it's yours.",
  "visit.stock.held":
    "Every visit left is kept for someone who may still come. If someone doesn't, it goes to the next in line.",
  "visit.stock.none": "No visit is left.",
  "visit.odds.good": "Your chances of getting in are good: about {percent}.",
  "visit.odds.fair": "Your chances of getting in are fair: about {percent}.",
  "visit.odds.slim": "Your chances of getting in are slim: about {percent}.",
  "visit.odds.none": "You'll very likely not get in.",
  "visit.admitting.hint": "We're getting your pass ready. This takes a moment; please stay on this page.",
  "visit.left.hint": "While the line is open, you can join again at its end.",
  "visit.closed.title.sold_out": "Every visit was taken before your turn",
  "visit.closed.title.not_enough": "Every visit was taken before your turn",
  "visit.closed.title.closed": "The line closed before your turn",
  "visit.closed.title.cancelled": "This line was cancelled",
  "visit.closed.reason.sold_out": "{site} let in only so many people, and all of them have come.",
  "visit.closed.reason.not_enough": "{site} let in only so many people, and all of them have come.",
  "visit.closed.reason.closed": "Nobody else is let in to {site} through this line.",
  "visit.closed.reason.cancelled": "{site} has called this line off.",
  "visit.closed.reason.other": "Your place in this line has ended.",

  "order.state.passed": "You can go in now",
  "order.state.redeemed": "You're in",
  "order.state.visited": "Your visit has ended",
  "order.state.revoked": "Your pass was taken back",

  "visit.order.state.rejected": "You weren't let in",
  "visit.order.state.expired": "Your time is up",
  "visit.order.state.cancelled": "This line was cancelled",
} as const satisfies Record<string, Message>;
