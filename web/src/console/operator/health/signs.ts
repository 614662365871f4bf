// What the health of the installation is read from, and when that is bad.
import type { Health } from "../../api/operator_types.ts";
import { hrefOf } from "../../state/route.ts";

export type SignName =
  | "redis"
  | "postgres"
  | "workers"
  | "open_drops"
  | "outbox_waiting"
  | "journal_in_default"
  | "payments_unknown"
  | "payments_to_review"
  | "dead_letters";

export interface Sign {
  name: SignName;
  value: number | boolean;
  /** `look`: somebody should; `bad`: something is broken. */
  look: "fine" | "look" | "bad";
  /** Where there is more about it. */
  href: string | null;
}

/** A backlog of events that is more than what one moment brings. */
const MANY_EVENTS = 10_000;

export function signsOf(health: Health): Sign[] {
  const alive = health.workers.filter((worker) => worker.alive).length;
  const silent = health.workers.length - alive;
  const above = (value: number, limit: number, then: Sign["look"]) => (value > limit ? then : "fine");
  return [
    sign("redis", health.redis, health.redis ? "fine" : "bad"),
    // The answer itself came from Postgres.
    sign("postgres", true, "fine"),
    sign("workers", alive, alive === 0 ? "bad" : above(silent, 0, "look")),
    sign("open_drops", health.open_drops, "fine"),
    sign("outbox_waiting", health.outbox_waiting, above(health.outbox_waiting, MANY_EVENTS, "look")),
    sign("journal_in_default", health.journal_in_default, above(health.journal_in_default, 0, "bad")),
    sign("payments_unknown", health.payments_unknown, "fine"),
    sign("payments_to_review", health.payments_to_review, above(health.payments_to_review, 0, "look"), [
      "payments",
    ]),
    sign("dead_letters", health.dead_letters, above(health.dead_letters, 0, "look"), ["dead-letters"]),
  ];
}

const sign = (name: SignName, value: Sign["value"], look: Sign["look"], path?: string[]): Sign => ({
  name,
  value,
  look,
  href: path === undefined ? null : hrefOf(path),
});
