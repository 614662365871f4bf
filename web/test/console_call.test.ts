import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../src/common/http.ts";
import { Attempt } from "../src/console/api/attempt.ts";
import { call, onSignedOut, queryOf, Refusal, refusalOf } from "../src/console/api/call.ts";

interface Asked {
  path: string;
  init: RequestInit;
}

/** What the server answers next, and what it was asked. */
const server = { asked: [] as Asked[], answer: () => Response.json({}) };

Object.defineProperty(globalThis, "fetch", {
  value: async (path: string, init: RequestInit) => {
    server.asked.push({ path, init });
    return server.answer();
  },
});

function answers(answer: () => Response): void {
  server.asked = [];
  server.answer = answer;
}

test("a console sends its header with everything, and a key only when it has one", async () => {
  answers(() => Response.json({ id: 7 }));
  assert.deepEqual(await call("POST", "/v1/x", { body: { a: 1 }, idempotencyKey: "k" }), { id: 7 });
  await call("GET", "/v1/x");
  const [first, second] = server.asked.map(({ init }) => init.headers as Record<string, string>);
  assert.deepEqual([first?.["x-sluice-console"], first?.["idempotency-key"]], ["1", "k"]);
  assert.deepEqual([second?.["x-sluice-console"], second?.["idempotency-key"]], ["1", undefined]);
  assert.equal(second?.["content-type"], undefined);
});

test("a file is sent as it is, by its own kind", async () => {
  answers(() => Response.json({}));
  const file = new Blob(["x"], { type: "image/png" });
  await call("PUT", "/v1/x", { file });
  const [{ init }] = server.asked as [Asked];
  assert.equal(init.body, file);
  assert.equal((init.headers as Record<string, string>)["content-type"], "image/png");
});

test("an answer without a body is null", async () => {
  answers(() => new Response(null, { status: 204 }));
  assert.equal(await call("DELETE", "/v1/x"), null);
});

test("a refusal has all that its problem tells", () => {
  const problem = {
    code: "invalid_fields",
    detail: "Some values aren't valid.",
    request_id: "01a1",
    errors: [{ field: "/units", detail: "must be from 1" }, { field: 3 }, null],
  };
  const refusal = refusalOf(422, problem, "2");
  assert.deepEqual(
    [refusal.status, refusal.code, refusal.detail, refusal.requestId, refusal.retryAfterMs],
    [422, "invalid_fields", "Some values aren't valid.", "01a1", 2_000],
  );
  assert.deepEqual(refusal.faults, [{ field: "/units", detail: "must be from 1" }]);
  for (const nothing of [null, "no JSON", 3, []]) {
    const unknown = refusalOf(502, nothing, null);
    assert.deepEqual([unknown.code, unknown.faults, unknown.isTransient], ["unknown", [], true]);
  }
});

test("whoever listens hears that nobody is signed in any more, and of no other refusal", async () => {
  let heard = 0;
  onSignedOut(() => {
    heard += 1;
  });
  for (const status of [403, 409, 401, 500]) {
    answers(() => Response.json({ code: "x" }, { status }));
    await assert.rejects(call("GET", "/v1/x"), Refusal);
  }
  assert.equal(heard, 1);
});

test("a body that breaks off is a network failure, and no answer", async () => {
  answers(() => new Response('{"half":'));
  await assert.rejects(call("GET", "/v1/x"), { code: "network", status: 0 });
});

test("a query has what there is, and nothing else", () => {
  assert.equal(
    queryOf({ state: "open", cursor: null, q: "", limit: 20, seller_id: undefined }),
    "?state=open&limit=20",
  );
  assert.equal(queryOf({ q: "a&b=c d" }), "?q=a%26b%3Dc+d");
  assert.equal(queryOf({}), "");
});

/** An attempt whose keys are 1, 2, 3, and what was sent. */
function attempt() {
  const sent: [body: string, key: string][] = [];
  let n = 0;
  const trying = new Attempt<string>(() => String(++n));
  const send = (content: string, error: Error | null) =>
    trying.send(
      content,
      () => `${content} ${sent.length}`,
      async (body, key) => {
        sent.push([body, key]);
        if (error !== null) throw error;
      },
    );
  return { sent, send };
}

test("what was lost on the way is sent as it was, under the same key", async () => {
  const { sent, send } = attempt();
  await assert.rejects(send("a", new ApiError(0, "network", null)));
  await assert.rejects(send("a", new ApiError(503, "overloaded", null)));
  await assert.rejects(send("a", new ApiError(409, "idempotency_key_running", null)));
  await send("a", null);
  assert.deepEqual(
    sent,
    [0, 1, 2, 3].map(() => ["a 0", "1"]),
  );
});

test("what was corrected, made or refused is another request", async () => {
  const { sent, send } = attempt();
  await assert.rejects(send("a", new ApiError(422, "invalid_fields", null)));
  await assert.rejects(send("a", new ApiError(0, "network", null)));
  await send("b", null);
  await send("b", null);
  assert.deepEqual(
    sent.map(([, key]) => key),
    ["1", "2", "3", "4"],
  );
});
