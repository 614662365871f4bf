// The list of drops, from the storefront's API.
import { learnTime } from "../../common/clock.ts";
import { request } from "../../common/http.ts";
import type { Drop, Page } from "./types.ts";

/** So many are read, at most: nobody looks through more. */
const MOST_DROPS = 500;

/** All drops, newest first: also an old one may be open. */
export async function listDrops(): Promise<Drop[]> {
  const drops: Drop[] = [];
  let from = "";
  do {
    const sentAtMs = Date.now();
    const page = await request<Page<Drop>>("GET", `/v1/drops?limit=100${from}`);
    if (page.data[0] !== undefined) learnTime(page.data[0].server_time, sentAtMs);
    drops.push(...page.data);
    from = page.next_cursor ? `&cursor=${page.next_cursor}` : "";
  } while (from !== "" && drops.length < MOST_DROPS);
  return drops;
}
