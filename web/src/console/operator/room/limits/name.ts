// What limits are called.
import { type Key, t } from "../../texts/index.ts";
import type { LimitName } from "./values.ts";

/** Before a site nobody orders: passes are made out at the rate of orders. */
const ownName = (name: LimitName, sellsUnits: boolean) =>
  name === "order_rate_per_second" && !sellsUnits ? "pass_rate_per_second" : name;

export const limitName = (name: LimitName, sellsUnits: boolean) =>
  t(`limit.${ownName(name, sellsUnits)}` satisfies Key);

export const limitHint = (name: LimitName, sellsUnits: boolean) =>
  t(`limit.${ownName(name, sellsUnits)}.hint` satisfies Key);
