import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import caddyfile from "../../deploy/caddy/protect.Caddyfile";
import nginx from "../../deploy/nginx/protect.conf.template";
import type { Drop, History, Numbers } from "../src/console/api/types.ts";
import { tableOf } from "../src/console/charts/curves.ts";
import { samplesOf } from "../src/console/charts/samples.ts";
import { dropCharts } from "../src/console/seller/drop/charts.ts";
import { funnelOf, lossesOf } from "../src/console/seller/drop/funnel.ts";
import { atNow } from "../src/console/seller/drop/now.ts";
import { settingsOf } from "../src/console/seller/drop/settings_rows.ts";
import { fileOf, filterOf, momentIn, statesOf, wallIn } from "../src/console/seller/orders/filter.ts";
import {
  digitsOf,
  emptyProduct,
  emptyVariant,
  isProduct,
  minorOf,
  productBody,
  variantFault,
} from "../src/console/seller/products/check.ts";
import { forCaddy, forNginx, isPlain, valuesFor } from "../src/console/seller/sites/samples.ts";

const NUMBERS: Numbers = {
  drop_id: "d",
  state: "open",
  mode: "running",
  units: { total: 500, available: 300, reserved: 100, sold: 100 },
  revenue_minor: 0,
  currency: "EUR",
  orders: { reserved: 5, authorizing: 1, confirmed: 60, expired: 20, rejected: 4 },
  no_shows: { orders: 2, of: 80, share: 0.025, bound_percent: 0 },
  waits: { people: 90, p50_ms: 61_000, p90_ms: 200_000 },
  line: { joined: 300, waiting: 200, missed: 1, in_flight: 3, occupied: 9, left: 7, closed: 0 },
  server_time: "2027-03-05T12:00:00Z",
};
const counts = (numbers: Numbers, sellsUnits: boolean) =>
  funnelOf(numbers, sellsUnits).map(({ count }) => count);

test("a funnel counts everybody who got that far, whatever became of them later", () => {
  assert.deepEqual(counts(NUMBERS, true), [300, 93, 86, 60]);
  const visits = { ...NUMBERS, orders: { passed: 2, redeemed: 5, visited: 9, expired: 1 } };
  assert.deepEqual(counts(visits, false), [300, 20, 14]);
});

test("no step of a funnel has more people than the one before, and an unknown line has none", () => {
  const behind = {
    ...NUMBERS,
    line: { joined: 90, waiting: 0, missed: 0, in_flight: 3, occupied: 9, left: 0, closed: 0 },
  };
  assert.deepEqual(counts(behind, true), [93, 93, 86, 60]);
  assert.deepEqual(counts({ ...NUMBERS, line: null }, true), [null, 90, 86, 60]);
});

test("where people were lost is told where somebody was", () => {
  const losses = lossesOf(NUMBERS).map(({ name, count }) => `${name} ${count}`);
  assert.deepEqual(losses, ["left 7", "rejected 4", "expired 20"]);
});

test("waits and those who were lost are drawn as they were at each moment, and not as how fast they grow", () => {
  const history = {
    step_s: 1,
    at: ["2027-03-05T12:00:00Z", "2027-03-05T12:00:01Z"],
    left: [7, 9],
    closed: [null, 0],
    lost: [24, 25],
    wait_p50_ms: [61_000, 62_000],
    wait_p90_ms: [200_000, null],
  } as Partial<History> & Pick<History, "at" | "step_s">;
  const drawn = (key: string, sellsUnits: boolean) => {
    const spec = dropCharts("EUR", sellsUnits).find((chart) => chart.key === key);
    return spec === undefined ? null : tableOf(spec, samplesOf(history)).slice(1);
  };
  for (const sellsUnits of [true, false]) {
    assert.deepEqual(drawn("losses", sellsUnits), [
      [7, 9],
      [null, 0],
      [24, 25],
    ]);
    assert.deepEqual(drawn("waits", sellsUnits), [
      [61_000, 62_000],
      [200_000, null],
    ]);
  }
  assert.equal(drawn("revenue", false), null, "a site earns nothing here");
});

const SET = {
  fulfilment: "auto",
  opens_at: "2027-03-05T12:00:00Z",
  closes_at: null,
  admission_rate_per_second: 12.345,
  order_rate_per_second: 0.25,
} as Drop;

test("a drop is told as it was set, to the last digit, with its times and the speed of its orders", () => {
  const told = new Map(settingsOf(SET, 10));
  assert.equal(told.get("People let in per second"), "12.345");
  assert.equal(told.get("Orders placed per second"), "0.25");
  assert.equal(told.get("More to let in for those who never begin to pay, at most"), "10%");
  assert.match(told.get("Opens") ?? "", /2027/);
  assert.equal(told.get("Closes"), "No end");
  const site = new Map(settingsOf({ ...SET, fulfilment: "pass", admission_rate_per_second: 7 / 60 }, 0));
  assert.equal(site.get("People let in per minute"), "7");
  assert.equal(site.has("Orders placed per second"), false);
});

test("orders are filtered by what stands in the address, and the file by the same", () => {
  const filter = filterOf(new URLSearchParams("state=confirmed&from=2027-03-05T18:00:00Z&before=soon"));
  assert.deepEqual(filter, {
    state: "confirmed",
    joined_from: "2027-03-05T18:00:00.000Z",
    joined_before: null,
  });
  assert.equal(filterOf(new URLSearchParams("state=nonsense")).state, null);
  const file = fileOf("d1", filter);
  assert.equal(
    file,
    "/v1/seller/drops/d1/orders.csv?state=confirmed&joined_from=2027-03-05T18%3A00%3A00.000Z",
  );
  assert.ok(!statesOf(true).includes("visited") && !statesOf(false).includes("confirmed"));
});

test("a moment of a filter is shown in the reader's zone and read from it", () => {
  const at = "2027-03-05T09:00:00.000Z";
  assert.equal(wallIn(at, "Asia/Seoul"), "2027-03-05T18:00");
  assert.equal(momentIn("2027-03-05T18:00", "Asia/Seoul"), at);
  assert.deepEqual([wallIn(null, "UTC"), momentIn("", "UTC")], ["", null]);
});

test("a price has the digits of its currency", () => {
  assert.deepEqual([digitsOf("EUR"), digitsOf("KRW"), digitsOf("eur")], [2, 0, null]);
  assert.deepEqual(
    [minorOf("129.99", "EUR"), minorOf("12900", "KRW"), minorOf("0", "EUR")],
    [12_999, 12_900, 0],
  );
  for (const [price, currency] of [
    ["1.999", "EUR"],
    ["1.5", "KRW"],
    ["-1", "EUR"],
    ["", "EUR"],
    ["9999999999", "EUR"],
  ] as const) {
    assert.equal(minorOf(price, currency), null, `${price} ${currency}`);
  }
});

test("a product is whole once each variant is", () => {
  const variant = { ...emptyVariant(0), name: " Brass ", price: "129", stock: "2 000" };
  assert.equal(variantFault(variant), null);
  assert.deepEqual(
    [variantFault({ ...variant, name: "" }), variantFault({ ...variant, stock: "1.5" })],
    ["name", "stock"],
  );
  const product = { ...emptyProduct(), name: "Lamp", variants: [variant] };
  assert.ok(isProduct(product) && !isProduct(emptyProduct()));
  assert.deepEqual(productBody(product).variants, [
    { name: "Brass", price_minor: 12_900, currency: "EUR", stock: 2_000 },
  ]);
});

test("the legends of now tell what the tiles above them tell, and know nothing of the rest", () => {
  const nowOf = (numbers: Numbers) =>
    atNow(dropCharts("EUR", true), numbers).flatMap(({ key, curves }) =>
      curves.filter(({ now }) => now !== undefined).map((curve) => [key, curve.key, curve.now]),
    );
  const { line, units, waits, revenue_minor } = NUMBERS;
  const rest = [
    ["waits", "half", waits?.p50_ms],
    ["waits", "most", waits?.p90_ms],
    ["units", "sold", units.sold],
    ["units", "held", units.reserved],
    ["units", "left", units.available],
    ["revenue", "revenue", revenue_minor],
  ];
  assert.deepEqual(nowOf(NUMBERS), [["line", "waiting", line?.waiting], ...rest]);
  assert.deepEqual(nowOf({ ...NUMBERS, line: null }), rest);
});

const VALUES = { ...valuesFor("https://shop.example/lamps", "d-1"), SLUICE_SITE: "10.0.0.9:3000" };

test("the proxies' files are filled in whole, and what is nginx's own stays", () => {
  const conf = forNginx(nginx, VALUES);
  assert.ok(conf.includes("server_name shop.example;") && conf.includes("server 10.0.0.9:3000;"));
  assert.ok(conf.includes("/v1/gate/d-1/check?answer=401") && conf.includes("$request_uri"));
  assert.doesNotMatch(conf.replace(/^#.*$/gm, ""), /\$\{/);
  const caddy = forCaddy(caddyfile, VALUES);
  assert.ok(caddy.includes("\nshop.example {") && caddy.includes("reverse_proxy 10.0.0.9:3000"));
  assert.doesNotMatch(caddy.replace(/^#.*$/gm, ""), /\{\$SLUICE/);
  assert.ok(conf.startsWith("upstream ") && caddy.startsWith("{\n"), "no word about gaps that are filled in");
});

test("the files that are shown are those that are shipped", () => {
  const shipped = readFileSync(new URL("../../deploy/nginx/protect.conf.template", import.meta.url), "utf8");
  assert.equal(nginx, shipped);
});

test("nothing that could be a line of its own gets into a proxy's file", () => {
  for (const text of ["shop.example", "10.0.0.9:3000", "/etc/ssl/key.pem", "admin@shop.example"]) {
    assert.ok(isPlain(text), text);
  }
  for (const text of ["", "a b", "a;b", "a\nb", "$x", "{$x}", "a}", "'a'"]) assert.ok(!isPlain(text), text);
});
