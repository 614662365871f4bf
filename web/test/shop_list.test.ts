import assert from "node:assert/strict";
import { test } from "node:test";
import { listDrops } from "../src/shop/api/drop_list.ts";

/** Serves so many drops, the newest first, in pages as the storefront does. */
function serve(count: number): string[] {
  const asked: string[] = [];
  globalThis.fetch = async (url) => {
    const { searchParams } = new URL(String(url), "http://shop.test");
    const [limit, after] = [Number(searchParams.get("limit")), Number(searchParams.get("cursor") ?? 0)];
    asked.push(String(url));
    const ids = Array.from({ length: count }, (_, n) => `drop ${n}`).slice(after, after + limit);
    const next = after + limit < count ? String(after + limit) : null;
    const data = ids.map((id) => ({ id, server_time: "2026-01-01T00:00:00Z" }));
    return Response.json({ data, has_more: next !== null, next_cursor: next });
  };
  return asked;
}

test("an old drop is in the list, however many are newer", async () => {
  const asked = serve(230);
  const drops = await listDrops();
  assert.equal(drops.length, 230);
  assert.equal(drops[229]?.id, "drop 229");
  assert.equal(asked.length, 3);
});

test("few drops take one request, and no more than five hundred are read", async () => {
  assert.equal(serve(0).length, 0);
  assert.deepEqual(await listDrops(), []);
  const asked = serve(2_000);
  assert.equal((await listDrops()).length, 500);
  assert.equal(asked.length, 5);
});
