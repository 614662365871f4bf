// What an open room lacks: workers, its line, payments.
import type { RoomHealth } from "../../api/operator_types.ts";

export type Lack = "line" | "drain" | "orders" | "payments_away" | "payments_tried";

/** What is missing, that without which nothing goes on first. What nobody knows is not called missing. */
export function lacksOf({ drain_alive, orders_alive, line_answers, breaker }: RoomHealth): Lack[] {
  const lacks: [Lack, boolean][] = [
    ["line", !line_answers],
    ["drain", !drain_alive],
    ["orders", !orders_alive],
    ["payments_away", breaker === 2],
    ["payments_tried", breaker === 1],
  ];
  return lacks.flatMap(([lack, isMissing]) => (isMissing ? [lack] : []));
}
