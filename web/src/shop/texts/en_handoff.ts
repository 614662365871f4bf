// What is said where a place in line is taken along to another device, on the one and on the other, in English: it
// comes with that part of the shop.
import type { Message } from "../../common/texts.ts";

export const enHandoff = {
  "line.handoff.hint":
    "Scan this with your other device, or open the page there and type the code. It works once. This device keeps showing your place, too.",
  "line.handoff.until": "The code works until {when}.",
  "line.handoff.close": "Close",
  "line.handoff.qr": "QR code to scan with your other device",

  "handoff.title": "Type your code",
  "handoff.hint":
    "Your other device shows eight digits. Only type a code of your own: this device then shows that place, too, and gives up any other.",
  "handoff.code": "Code",
  "handoff.take": "Continue here",

  "error.handoff_refused": "This code doesn't work, or not any more. Please get a new one.",
  "error.ticket_required": "We can't find your place in this browser. Please reload the page.",
} as const satisfies Record<string, Message>;
