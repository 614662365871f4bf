import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  AdmissionColumns,
  AuditEntry,
  Health,
  OperatorDrop,
} from "../src/console/api/operator_types.ts";
import { MODES } from "../src/console/api/types.ts";
import { tableOf } from "../src/console/charts/curves.ts";
import { samplesOf } from "../src/console/charts/samples.ts";
import { admissionCharts } from "../src/console/operator/health/admission_charts.ts";
import { rolesOf } from "../src/console/operator/health/roles.ts";
import { signsOf } from "../src/console/operator/health/signs.ts";
import { changesOf } from "../src/console/operator/log/change.ts";
import { inWords, sayActor, sayWhy } from "../src/console/operator/log/said.ts";
import { sayValue } from "../src/console/operator/log/value.ts";
import { roomCharts } from "../src/console/operator/room/charts.ts";
import { actsIn, MODE_ACTS } from "../src/console/operator/room/modes.ts";
import { choiceOf, fitness, inOrder, statesOf } from "../src/console/operator/rooms/filter.ts";
import { lacksOf } from "../src/console/operator/rooms/health.ts";
import { language } from "../src/console/state/language.ts";

const room = (part: Partial<OperatorDrop>) =>
  ({ id: "r", state: "open", mode: "running", waiting: 5, held_up_by: null, ...part }) as OperatorDrop;

test("rooms are sorted by what is most urgent", () => {
  const rooms = [
    room({ id: "over", state: "closed" }),
    room({ id: "later", state: "scheduled", opens_at: "2027-03-06T00:00:00Z" }),
    room({ id: "short", waiting: 2 }),
    room({ id: "sooner", state: "scheduled", opens_at: "2027-03-05T00:00:00Z" }),
    room({ id: "unseen", waiting: null }),
    room({ id: "long", waiting: 900 }),
  ];
  assert.deepEqual(
    inOrder(rooms).map(({ id }) => id),
    ["long", "short", "unseen", "sooner", "later", "over"],
  );
});

test("how a room does is one word", () => {
  const words = [
    room({}),
    room({ held_up_by: "stock" }),
    room({ mode: "hold", held_up_by: "occupancy" }),
    room({ mode: "drain" }),
    room({ waiting: 0 }),
    room({ waiting: null }),
    room({ state: "scheduled" }),
    room({ state: "sold_out" }),
  ].map(fitness);
  assert.deepEqual(words, ["fine", "held_up", "stopped", "fine", "quiet", "quiet", "quiet", "over"]);
});

test("a room lacks what is known to be missing, and nothing that nobody knows", () => {
  const all = { drain_alive: true, orders_alive: true, line_answers: true, breaker: 0 };
  assert.deepEqual([lacksOf(all), lacksOf({ ...all, breaker: null })], [[], []]);
  assert.deepEqual(lacksOf({ ...all, breaker: 1 }), ["payments_tried"]);
  const nothing = { drain_alive: false, orders_alive: false, line_answers: false, breaker: 2 };
  assert.deepEqual(lacksOf(nothing), ["line", "drain", "orders", "payments_away"]);
});

test("a filter in an address that is none shows what is live", () => {
  assert.deepEqual(statesOf(choiceOf("nonsense")), ["open", "scheduled"]);
  assert.deepEqual([statesOf(choiceOf("all")), statesOf(choiceOf("closed"))], [[null], ["closed"]]);
});

test("every mode can be reached and left, and what refuses everybody asks for the name", () => {
  assert.deepEqual(MODE_ACTS.map(({ mode }) => mode).sort(), [...MODES].sort());
  for (const mode of MODES) assert.equal(actsIn(mode).length, MODES.length - 1, mode);
  const dangerous = MODE_ACTS.filter(({ isDangerous }) => isDangerous).map(({ act }) => act);
  assert.deepEqual(dangerous, ["drain", "maintenance", "emergency-stop"]);
});

test("an entry of the audit log tells what differs, and nothing else", () => {
  const old = { limits: { occupancy_cap: 10, line_cap: null }, mode: "running", version: 3 };
  const fresh = { limits: { occupancy_cap: 20, line_cap: null }, mode: "running", version: 4 };
  assert.deepEqual(changesOf(old, fresh), [
    { name: "limits.occupancy_cap", old: 10, new: 20 },
    { name: "version", old: 3, new: 4 },
  ]);
  assert.deepEqual(changesOf(null, { name: "ann", roles: ["a"] }), [
    { name: "name", old: null, new: "ann" },
    { name: "roles", old: null, new: ["a"] },
  ]);
  assert.deepEqual([changesOf(null, null), changesOf(undefined, {})], [[], []]);
  const times = { opens_at: "2027-03-05T12:00:00Z", closes_at: null };
  assert.deepEqual(
    changesOf({ state: "open", ...times }, { state: "cancelled", units_given_back: 0 }),
    [
      { name: "state", old: "open", new: "cancelled" },
      { name: "units_given_back", old: null, new: 0 },
    ],
    "what is not told of has stayed",
  );
  assert.deepEqual(
    changesOf({ message: { en: "Soon" }, mode: "paused" }, { message: null, mode: "paused" }),
    [{ name: "message.en", old: "Soon", new: null }],
  );
  assert.deepEqual(changesOf({ name: "ann" }, null), [{ name: "name", old: "ann", new: null }]);
  assert.deepEqual(changesOf({ stock: [["Brass", 5]] }, { stock: [["Brass", 5]] }), []);
});

const ID = "01a21f51-193e-77f5-87c5-08733bb96d92";

test("a value of the audit log is told in words, and what they leave out stays behind them", () => {
  const say = (value: unknown) => sayValue(value, 0).text;
  assert.deepEqual(sayValue(null, 0), { text: "–" });
  assert.deepEqual(sayValue("closed", 0), { text: "closed" });
  assert.deepEqual(sayValue(ID, 0), { text: "3bb96d92", whole: ID });
  assert.deepEqual([say(20), say(true), say([])], ["20", "true", "–"]);
  const at = sayValue("2027-03-05T12:00:00.5Z", 0);
  assert.equal(at.whole, "2027-03-05T12:00:00.5Z");
  assert.doesNotMatch(at.text, /T|Z/);
  assert.equal(say([{ variant_id: ID, units: 1_500 }]), "1,500 of 3bb96d92");
  assert.equal(
    say([
      ["Brass", 5],
      ["Steel", 0],
    ]),
    "5 of Brass, 0 of Steel",
  );
  const lanes = [
    { lane: 1, name: "Early access", share_percent: 20 },
    { lane: 2, name: null, share_percent: 5 },
  ];
  assert.equal(say(lanes), "lane: 1, name: Early access, share_percent: 20; lane: 2, share_percent: 5");
  assert.equal(say([ID, "b"]), "3bb96d92, b");
});

test("the services' own reasons and names are told in words, those of people as they are", () => {
  assert.deepEqual(
    [sayWhy("its time came"), sayWhy("the sale is late")],
    ["its time came", "the sale is late"],
  );
  language.value = "ko";
  const opened = { actor: "scheduler", why: "its time came" } as AuditEntry;
  assert.deepEqual(inWords([opened]), [{ actor: "스케줄러", why: "정한 시각이 됐어요" }]);
  const told = [`seller:${ID}`, "operator:ann", "load-lab", "somebody"].map(sayActor);
  assert.deepEqual(told, ["판매자 3bb96d92", "운영자 ann", "부하 실험실", "somebody"]);
  language.value = "en";
});

test("a room before a site has no orders and no payments in its charts", () => {
  const keys = roomCharts(false).map(({ key }) => key);
  assert.deepEqual(keys, ["line", "speed", "passes", "delays"]);
});

test("the breaker of the payment provider is told by its state", () => {
  const curves = roomCharts(true).flatMap((chart) => chart.curves);
  const breaker = curves.find(({ key }) => key === "breaker");
  assert.deepEqual(
    [0, 1, 2].map((state) => breaker?.say?.(state)),
    ["closed", "half open", "open"],
  );
});

const HEALTH: Health = {
  status: "ok",
  redis: true,
  open_drops: 3,
  outbox_waiting: 0,
  journal_in_default: 0,
  dead_letters: 0,
  payments_unknown: 2,
  payments_to_review: 0,
  workers: [{ instance: "a", role: "drain", age_ms: 10, alive: true }],
  server_time: "2027-03-05T12:00:00Z",
};

test("health looks bad for what is broken, and asks to be looked at for what waits", () => {
  const looks = (part: Partial<Health>) =>
    signsOf({ ...HEALTH, ...part })
      .filter(({ look }) => look !== "fine")
      .map(({ name, look }) => `${name} ${look}`);
  assert.deepEqual(looks({}), []);
  assert.deepEqual(looks({ redis: false, workers: [] }), ["redis bad", "workers bad"]);
  assert.deepEqual(looks({ dead_letters: 1, payments_to_review: 1 }), [
    "payments_to_review look",
    "dead_letters look",
  ]);
  const silent = { instance: "b", role: "log", age_ms: 60_000, alive: false };
  assert.deepEqual(looks({ workers: [...HEALTH.workers, silent] }), ["workers look"]);
  assert.deepEqual(looks({ journal_in_default: 1 }), ["journal_in_default bad"]);
});

test("the health of a role is that of all processes that do it", () => {
  const worker = (instance: string, role: string, age_ms: number, alive: boolean) => ({
    instance,
    role,
    age_ms,
    alive,
  });
  const workers = [
    worker("a", "log", 900, true),
    worker("b", "drain", 60_000, false),
    worker("b", "log", 200, true),
  ];
  assert.deepEqual(rolesOf(workers), [
    { role: "drain", alive: 0, silent: 1, ageMs: 60_000 },
    { role: "log", alive: 2, silent: 0, ageMs: 200 },
  ]);
  assert.deepEqual(rolesOf([]), []);
});

test("each process that keeps lines has a curve of a colour of its own in each chart", () => {
  const columns = (n: number): AdmissionColumns => ({
    instance: `0199c0de00007000800000000000000${n}`,
    started_at: null,
    sockets: [n, null],
    waiting: [10 * n, 1],
    memory_bytes: [null, 1_000],
  });
  const [streams, people, memory] = admissionCharts([columns(1), columns(2)]);
  assert.ok(streams !== undefined && people !== undefined && memory !== undefined);
  const samples = samplesOf({ step_s: 5, at: ["2027-03-05T18:00:00Z", "2027-03-05T18:00:05Z"] });
  const valuesIn = (chart: typeof streams) => tableOf(chart, samples).slice(1);
  assert.deepEqual(valuesIn(streams), [
    [1, null],
    [2, null],
  ]);
  assert.deepEqual(valuesIn(people)[1], [20, 1]);
  assert.deepEqual(valuesIn(memory)[0], [null, 1_000]);
  assert.deepEqual([streams.title, streams.curves[1]?.label], ["Open streams", "000002"]);

  const many = admissionCharts([1, 2, 3, 4, 5, 6].map(columns));
  const colours = many.map(({ curves }) => curves.map(({ colour }) => colour));
  assert.deepEqual(colours, [...Array(3).fill([1, 2, 3, 4]), ...Array(3).fill([1, 2])]);
  assert.deepEqual([many[3]?.title, new Set(many.map(({ key }) => key)).size], ["Open streams, group 2", 6]);
  assert.deepEqual(admissionCharts([]), []);
});
