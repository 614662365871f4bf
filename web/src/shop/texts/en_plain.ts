// What pages say that no script touches, in English: the server fills them, and no browser loads them twice.
import type { Message } from "../../common/texts.ts";

export const enPlain = {
  "page.failed": "Something went wrong",
  "page.failed.hint": "This is our fault, not yours. Your place in line and your orders stay as they are.",
  "page.failed.again": "Try again",

  "page.noscript":
    "This page needs JavaScript to show your place in line live. Please turn it on and reload.",
  "plain.note": "JavaScript is off, so pages here reload by themselves. You're served like everybody else.",
  "plain.code": "To use an access code, please turn JavaScript on.",
  "plain.see": "See my place in line",
  "plain.title": "Your place in line",
  "plain.back": "Back to the drop",
  "plain.of": "Waiting for the same item: {waiting}",
  "plain.about": "About {low}–{high} minutes left",
  "plain.left": "Items left: {left}",
  "plain.keep":
    "This page reloads by itself. Your place is safe if you close it, but be back for your turn: your item is held for a short time only.",
  "plain.reload": "Reload now",

  "plain.later.title": "That didn't work just now",
  "plain.later.hint":
    "Very many people are here, or the line is standing still. Please try again in a moment.",
  "plain.restoring.title": "One moment",
  "plain.restoring.hint":
    "We can't reach the line right now. You keep your place; this page tries again by itself.",
  "plain.refused.title": "You can't join this line",
  "plain.cooling_down": "You didn't pay in time, so you can't join this drop again yet.",
  "plain.proof":
    "Very many people are coming, and your browser would have a task to do first. Please turn JavaScript on, or try again in a few minutes.",
  "plain.bound.title": "Please turn JavaScript on",
  "plain.bound.hint":
    "You took your place with JavaScript on, and only a script can show that this is the browser that took it. You keep your place.",

  "plain.order": "Your order",
  "plain.until": "Held until {until}",
  "plain.time": "Time left to pay when this page was loaded: {time}",
  "plain.units": "Take {units} or fewer",
  "plain.take": "Take this many",
  "plain.pay": "Pay {amount}",
  "plain.visit.title": "You can go in now",
  "plain.visit.hint": "To go on to the site, please turn JavaScript on and open this page again.",
  "plain.problem.hold_expired": "Your time to pay is over.",
  "plain.problem.too_many_attempts": "You've tried as many cards as this order allows.",
  "plain.problem.units_not_held": "That's more than is held for you.",
  "plain.problem.other": "That didn't work. Please try again.",
} as const satisfies Record<string, Message>;
