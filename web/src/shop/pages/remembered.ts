// What this browser remembers besides its cookies. Only for display: losing it costs nothing.
import type { Ticket } from "../api/types.ts";
import { NO_OUTLOOK } from "../stream/outlook.ts";
import type { Shown } from "../stream/position.ts";

interface Remembered extends Shown {
  ticket_id: string;
  variant_id?: string;
}

const lineKey = (dropId: string) => `sluice.line.${dropId}`;
const ticketKey = (dropId: string) => `sluice.ticket.${dropId}`;
const SESSION = "sluice.session";
const UNKNOWN = { left: null, held: null, until: null };

export function rememberPosition(
  dropId: string,
  ticketId: string,
  shown: Shown,
  variantId: string | null,
): void {
  const variant_id = variantId ?? undefined;
  write(lineKey(dropId), JSON.stringify({ ...shown, ticket_id: ticketId, variant_id }));
}

/** Returns the position that this browser last showed for a ticket, whichever tab showed it. */
export function rememberedPosition(dropId: string, ticketId: string): Shown | null {
  const remembered = parse(read(lineKey(dropId)));
  return remembered !== null && remembered.ticket_id === ticketId ? remembered : null;
}

/** Returns the ticket as last shown, for when the server cannot be asked. */
export function rememberedTicket(dropId: string): Ticket | null {
  const remembered = parse(read(lineKey(dropId)));
  return remembered === null ? null : { ...remembered, state: "waiting" };
}

/** Notes that this browser has a ticket of a drop, wherever it stands by now. */
export const noteTicket = (dropId: string) => write(ticketKey(dropId), "1");

/** Whether asking for a ticket is worth a request; without storage nobody can tell. */
export const mayHaveTicket = (dropId: string) =>
  read(ticketKey(dropId)) !== null || read(lineKey(dropId)) !== null || !hasStorage();

export function forgetTicket(dropId: string): void {
  write(lineKey(dropId), null);
  write(ticketKey(dropId), null);
}

/** Calls back when another tab joins or leaves the line of a drop. */
export function onOtherTab(dropId: string, changed: () => void): void {
  addEventListener("storage", ({ key, oldValue, newValue }) => {
    const ticketOf = (value: string | null) => parse(value)?.ticket_id;
    if (key === lineKey(dropId) && ticketOf(oldValue) !== ticketOf(newValue)) changed();
  });
}

/** Whether asking for personal lists is worth a request. */
export const hasSession = () => read(SESSION) !== null;
export const noteSession = () => write(SESSION, "1");

/** Another version of the page may have written it: without a position it is no use. */
function parse(value: string | null): Remembered | null {
  try {
    const remembered = value === null ? null : (JSON.parse(value) as Remembered | null);
    if (typeof remembered?.position !== "number") return null;
    return { ...UNKNOWN, ...NO_OUTLOOK, ...remembered };
  } catch {
    return null;
  }
}

function hasStorage(): boolean {
  try {
    return localStorage !== null;
  } catch {
    return false;
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage may be full or refused: the server knows the position anyway.
  }
}
