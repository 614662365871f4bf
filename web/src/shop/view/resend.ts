// A payment that is lost on the way is sent again, under the same key: it pays once however often it
// arrives.
import { pauseUnlessOnline } from "../../common/clock.ts";
import { isOffline } from "../../common/shell.ts";
import { t } from "../texts/order.ts";
import type { Outcome } from "./pay.ts";

const PAUSE_MS = 2_000;

export interface Resending {
  /** Whether the order still waits for the payment. */
  waits(): boolean;
  /** Says that the payment has not arrived, or null once there is nothing to say. */
  tell(unsent: string | null): void;
}

/** Sends until there is an answer, or until it is of no use any more. */
export async function untilAnswered(
  send: () => Promise<Outcome>,
  { waits, tell }: Resending,
): Promise<Outcome> {
  let outcome = await send();
  while (outcome === "lost" && waits()) {
    tell(t(isOffline() ? "pay.unsent_offline" : "pay.unsent"));
    await pauseUnlessOnline(PAUSE_MS);
    outcome = waits() ? await send() : "refused";
  }
  tell(null);
  return outcome;
}
