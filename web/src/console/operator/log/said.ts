// Who did something and why, in the page's language: what people write stays as it is.
import type { AuditEntry } from "../../api/operator_types.ts";
import { actor } from "../../format.ts";
import { type Key, t } from "../texts/index.ts";

/** The reasons that the services give by themselves. */
const REASONS: ReadonlyMap<string, Key> = new Map<string, Key>([
  ["its time came", "why.time_came"],
  ["its time was over", "why.time_over"],
  ["nothing was left", "why.nothing_left"],
  ["everything of it is settled", "why.settled"],
  ["a new drop", "why.new_drop"],
  ["a new product", "why.new_product"],
  ["a site to protect", "why.new_site"],
  ["made on the console", "why.made_on_console"],
  ["for the demo", "why.for_demo"],
  ["new codes", "why.new_codes"],
  ["a new key of the seller's site", "why.new_join_key"],
  ["scheduled by its seller", "why.scheduled_by_seller"],
  ["changed by its seller", "why.changed_by_seller"],
  ["edited by its seller", "why.edited_by_seller"],
  ["set by its seller", "why.set_by_seller"],
  ["with a key", "why.with_key"],
  ["by a link", "why.by_link"],
  ["it is over", "why.is_over"],
  ["its agent was not heard from for a minute", "why.silent_agent"],
  ["records before its start were not read", "why.start_gone"],
  ["it ends before our offset", "why.end_gone"],
  ["another cluster answers", "why.other_cluster"],
]);

/** Those who act by themselves. */
const SERVICES: ReadonlyMap<string, Key> = new Map<string, Key>([
  ["scheduler", "actor.scheduler"],
  ["worker", "actor.worker"],
  ["load-lab", "actor.load_lab"],
  ["console", "actor.console"],
]);

export function sayWhy(why: string): string {
  const key = REASONS.get(why);
  return key === undefined ? why : t(key);
}

/** Formats who did something; of an id in it only the end. */
export function sayActor(who: string): string {
  const service = SERVICES.get(who);
  if (service !== undefined) return t(service);
  const [, kind, name = ""] = /^(seller|operator):(.+)$/.exec(who) ?? [];
  if (kind === undefined) return actor(who);
  return t(kind === "seller" ? "actor.seller" : "actor.operator", { name: actor(name) });
}

/** Returns entries of the audit log as they are listed below charts. */
export const inWords = (entries: readonly AuditEntry[]) =>
  entries.map((entry) => ({ ...entry, actor: sayActor(entry.actor), why: sayWhy(entry.why) }));
