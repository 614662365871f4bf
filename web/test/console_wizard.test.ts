import assert from "node:assert/strict";
import { test } from "node:test";
import type { Product, WhatIf } from "../src/console/api/seller_types.ts";
import { tableOf } from "../src/console/charts/curves.ts";
import { isVisits } from "../src/console/seller/products/visits.ts";
import { isAddress, isOrigin } from "../src/console/seller/wizard/addresses.ts";
import { dropBody, siteBody } from "../src/console/seller/wizard/body.ts";
import { rowsOf } from "../src/console/seller/wizard/check.tsx";
import { faultsOf } from "../src/console/seller/wizard/checks.ts";
import { newDraft, ofKind, type WizardDraft, withProduct } from "../src/console/seller/wizard/draft.ts";
import { USUAL, whatIfBody } from "../src/console/seller/wizard/expected.ts";
import { lasts } from "../src/console/seller/wizard/lasts.ts";
import { beside, firstWrong, isRight, stepOf, stepsOf } from "../src/console/seller/wizard/steps.ts";
import { samplesOfWhatIf, whatIfCharts } from "../src/console/seller/wizard/what_if_charts.ts";
import { wallOf } from "../src/console/time/zones.ts";

const NOW = Date.parse("2027-03-05T12:20:00Z");

const variant = (id: string, stock: number, currency = "EUR") => ({
  id,
  name: id,
  price_minor: 12_900,
  currency,
  stock,
});
const PRODUCT: Product = {
  id: "p",
  name: "Lamp",
  description: "",
  picture: null,
  created_at: "2027-03-01T00:00:00Z",
  variants: [variant("v", 500), variant("w", 20), variant("k", 50, "KRW")],
};

const SALE: WizardDraft = {
  ...newDraft(NOW, "Asia/Seoul", wallOf),
  productId: "p",
  title: " Friday drop ",
  units: { v: "400" },
};
const SITE: WizardDraft = { ...ofKind(SALE, "pass"), siteUrl: "https://shop.example/", opening: "now" };

const faults = (part: Partial<WizardDraft>, draft = SALE) => faultsOf({ ...draft, ...part }, PRODUCT, NOW);

test("a new draft opens on a whole hour in the zone of its maker", () => {
  assert.equal(SALE.opens.local, "2027-03-06T22:00");
  assert.deepEqual(faults({}), {});
  assert.deepEqual(faults({}, SITE), {});
});

test("a drop is called as what it sells until somebody calls it otherwise", () => {
  const clock = { id: "c", name: "Tide clock" };
  const empty = { ...SALE, title: "", productId: "" };
  const lamp = withProduct(empty, PRODUCT, [PRODUCT, clock]);
  assert.deepEqual([lamp.title, lamp.productId, lamp.units], ["Lamp", "p", {}]);
  assert.equal(withProduct(lamp, clock, [PRODUCT, clock]).title, "Tide clock");
  assert.equal(withProduct(lamp, undefined, [PRODUCT, clock]).title, "");
  assert.equal(withProduct({ ...lamp, title: "Friday" }, clock, [PRODUCT, clock]).title, "Friday");
});

test("visits to a site are no product that is sold", () => {
  assert.equal(isVisits(PRODUCT), false);
  assert.equal(isVisits({ variants: [variant("visits", 500, "XXX")] }), true);
});

test("what is missing is told for what is sold and for a site", () => {
  assert.deepEqual(faults({ title: " ", productId: "", units: { v: " " } }), {
    title: "missing",
    product: "missing",
    units: "nothing_sold",
  });
  assert.deepEqual(faults({ siteUrl: "shop.example" }, SITE), { siteUrl: "address" });
});

test("nobody offers more than there is, or lets one person have more than all", () => {
  assert.deepEqual(faults({ units: { v: "501", w: "x" } }), {
    "units:v": "above_stock",
    "units:w": "number",
  });
  assert.deepEqual(faults({ unitsPerTicket: "2" }), { unitsPerTicket: "above_customer" });
  const greedy = { units: { v: "2" }, unitsPerTicket: "3", unitsPerCustomer: "5" };
  assert.deepEqual(faults(greedy), { unitsPerTicket: "above_units" });
  // A product that was not read yet has a stock that nobody knows.
  assert.deepEqual(faultsOf({ ...SALE, units: { v: "501" } }, null, NOW), {});
});

test("where as many are held as one may have, each variant has that many", () => {
  const few = { units: { v: "400", w: "2" }, unitsPerTicket: "3", unitsPerCustomer: "5" };
  assert.deepEqual(faults(few), {});
  assert.deepEqual(faults({ ...few, kind: "checkout" }), { unitsPerTicket: "above_units" });
  assert.deepEqual(faults({ ...few, kind: "checkout", units: { v: "400", w: "3" } }), {});
});

test("a drop sells in one currency, and no more than a drop may", () => {
  assert.deepEqual(faults({ units: { v: "1", k: "1" } }), { units: "several_currencies" });
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`v${n}`, "1"]));
  assert.deepEqual(faults({ units: many }), { units: "too_many_variants" });
  const huge = faultsOf({ ...SALE, units: { v: "9000000", w: "9000000" } }, null, NOW);
  assert.deepEqual(huge, { units: "too_many_units" });
});

test("lanes have names, and leave a tenth to the normal one", () => {
  const lane = (number: number, name: string, share: string) => ({ lane: number, name, share });
  assert.deepEqual(faults({ lanes: [lane(1, "Early", "20"), lane(3, "Friends", "70")] }), {});
  assert.deepEqual(faults({ lanes: [lane(1, " ", "20"), lane(2, "Friends", "80")] }), {
    "laneName:1": "missing",
    lanes: "shares",
  });
  assert.deepEqual(faults({ lanes: [lane(2, "Friends", "91")] }), { "laneShare:2": "max", lanes: "shares" });
});

test("numbers keep to what the API takes", () => {
  assert.deepEqual(faults({ pace: "0", atOnce: "1.5", minutes: "0.1", ordersPerSecond: "x" }), {
    pace: "min",
    atOnce: "whole",
    minutes: "min",
    ordersPerSecond: "number",
  });
  assert.deepEqual(faults({ pace: "0.06", minutes: "0.1" }, SITE), {});
});

test("a drop opens in the future, and closes after that", () => {
  const at = (local: string) => ({ local, zone: "UTC", isLater: false });
  assert.deepEqual(faults({ opens: at("2027-03-05T12:18") }), { opens: "past" });
  assert.deepEqual(faults({ opens: at("2027-03-05T12:20") }), {});
  const ends = { opens: at("2027-03-05T14:00"), hasEnd: true, closes: at("2027-03-05T14:00") };
  assert.deepEqual(faults(ends), { closes: "closes_before" });
  assert.deepEqual(faults({ ...ends, closes: at("2027-03-05T14:01") }), {});
  assert.deepEqual(faults({ opening: "later", hasEnd: true, closes: at("") }), {});
});

test("an address is where a site begins, and an origin has no path", () => {
  for (const text of ["https://shop.example/", "http://127.0.0.1:3000/lamps", " https://shop.example "]) {
    assert.ok(isAddress(text), text);
  }
  for (const text of [
    "",
    "shop.example",
    "ftp://shop.example",
    "https://a@b.example/",
    "https://b.example/?x",
  ]) {
    assert.ok(!isAddress(text), text);
  }
  assert.ok(isOrigin("https://www.shop.example") && isOrigin("https://www.shop.example/"));
  assert.ok(!isOrigin("https://www.shop.example/lamps"));
});

test("a sale is sent with its moments in UTC and its hold in seconds", () => {
  const body = dropBody({ ...SALE, minutes: "2.5" }, NOW);
  assert.deepEqual(
    [body.title, body.opens_at, body.closes_at, body.hold_seconds],
    ["Friday drop", "2027-03-06T13:00:00.000Z", undefined, 150],
  );
  assert.deepEqual(body.variants, [{ variant_id: "v", units: 400 }]);
  assert.deepEqual([body.fulfilment, body.invite_only, body.presence], ["auto", false, true]);
  assert.equal(dropBody({ ...SALE, opening: "later" }, NOW).opens_at, undefined);
  assert.equal(dropBody({ ...SALE, opening: "now" }, NOW).opens_at, "2027-03-05T12:20:00.000Z");
});

test("a sale is sent with who may join, its lanes, and all variants that are sold", () => {
  const lanes = [{ lane: 2, name: " Early access ", share: "20" }];
  const body = dropBody(
    {
      ...SALE,
      kind: "checkout",
      units: { v: "400", w: "" },
      who: "invited",
      lanes,
      cooldown: "1.5",
      noShows: "10",
    },
    NOW,
  );
  assert.deepEqual(body.variants, [{ variant_id: "v", units: 400 }]);
  assert.deepEqual(body.lanes, [{ lane: 2, name: "Early access", share_percent: 20 }]);
  assert.deepEqual(
    [body.fulfilment, body.invite_only, body.members_only, body.cooldown_seconds, body.no_show_percent],
    ["checkout", true, false, 90, 10],
  );
  assert.equal(ofKind({ ...SALE, who: "invited" }, "pass").who, "everybody", "a site has no codes");
  assert.equal(siteBody({ ...SITE, who: "members", presence: false }, NOW).members_only, true);
});

test("a site is sent with people per minute, and opens now by saying nothing", () => {
  const body = siteBody({ ...SITE, origins: "https://www.shop.example\n\n https://m.shop.example " }, NOW);
  assert.deepEqual(
    [body.visitors_per_minute, body.max_inside, body.pass_seconds, body.opens_at],
    [120, 500, 1_200, undefined],
  );
  assert.deepEqual(body.return_origins, ["https://www.shop.example", "https://m.shop.example"]);
});

test("all that is made is told before, and nothing that was left empty", () => {
  const told = (draft: WizardDraft, label: string) => new Map(rowsOf(draft, PRODUCT)).get(label);
  assert.equal(told({ ...SALE, description: "Of brass." }, "Description"), "Of brass.");
  assert.equal(told(SALE, "Description"), undefined);
  const origins = "https://www.shop.example\n\nhttps://m.shop.example";
  assert.equal(
    told({ ...SITE, origins }, "Further addresses of the same site"),
    "https://www.shop.example · https://m.shop.example",
  );
  assert.equal(told(SITE, "Further addresses of the same site"), undefined);
  assert.equal(told({ ...SITE, description: "Of brass." }, "Description"), undefined, "a site has none");
});

test("a site may give only so many visits, or has no end of them", () => {
  assert.equal(siteBody(SITE, NOW).max_visits, null);
  assert.equal(siteBody({ ...SITE, visits: " 500 " }, NOW).max_visits, 500);
  assert.deepEqual(faults({ visits: "0" }, SITE), { visits: "min" });
  assert.deepEqual(faults({ visits: "2.5" }, SITE), { visits: "whole" });
  assert.deepEqual(faults({ visits: "x" }), {}, "a sale has units");
  assert.equal(firstWrong({ visits: "min" }), "speed");
  const limited = whatIfBody({ ...SITE, visits: "500" }, USUAL);
  assert.deepEqual(
    [limited?.units, limited?.units_per_ticket, limited?.pay_percent, limited?.pay_after_seconds],
    [500, 1, 100, 1_200],
  );
  assert.equal(whatIfBody({ ...SITE, visits: "x" }, USUAL), null);
});

test("the wizard leads through its steps, and back to the first that is wrong", () => {
  assert.deepEqual(stepsOf(false), ["what", "times", "speed", "who", "check"]);
  assert.deepEqual([beside("what", 1, stepsOf(false)), beside("what", -1, stepsOf(true))], ["times", null]);
  assert.equal(firstWrong({ pace: "min", "units:v": "number" }), "units");
  assert.equal(firstWrong({}), null);
  assert.ok(isRight("who", { "units:v": "number" }) && !isRight("units", { "units:v": "number" }));
  assert.ok(!isRight("who", { "laneName:1": "missing" }) && isRight("units", { "laneName:1": "missing" }));
  assert.equal(stepOf("nonsense"), "what");
});

test("what would happen is asked of what is typed, once all of it is right", () => {
  const several = { ...SALE, units: { v: "400", w: "20" }, unitsPerTicket: "2", unitsPerCustomer: "2" };
  assert.deepEqual(whatIfBody(several, USUAL), {
    people: 5_000,
    at_opening_percent: 50,
    over_seconds: 1_800,
    units: 420,
    units_per_ticket: 2,
    admission_rate_per_second: 50,
    occupancy_cap: 1_000,
    order_rate_per_second: 200,
    hold_seconds: 300,
    pay_percent: 90,
    pay_after_seconds: 60,
  });
  const site = whatIfBody(SITE, { ...USUAL, pay: "nobody" });
  assert.deepEqual(
    [site?.units, site?.units_per_ticket, site?.admission_rate_per_second, site?.pay_percent],
    [null, 1, 2, 0],
  );
  const wrong: Partial<WizardDraft>[] = [{ units: {} }, { units: { v: "x" } }, { pace: "" }];
  for (const part of [...wrong, { unitsPerTicket: "401" }])
    assert.equal(whatIfBody({ ...SALE, ...part }, USUAL), null);
  assert.equal(whatIfBody(SALE, { ...USUAL, people: "0" }), null);
});

test("what would happen is drawn from the opening on, with people as a speed", () => {
  const answer = {
    step_s: 2,
    joined: [10, 14, 14],
    waiting: [10, 4, 0],
    admitted: [0, 10, 14],
    held: [0, 10, 4],
    sold: [0, 0, 10],
    available: [20, 10, 6],
  } as unknown as WhatIf;
  const samples = samplesOfWhatIf(answer);
  assert.deepEqual(samples.at, [0, 2, 4]);
  const [speed, line, units] = whatIfCharts(true).map((spec) => tableOf(spec, samples).slice(1));
  assert.deepEqual(speed, [
    [null, 2, 0],
    [null, 5, 2],
  ]);
  assert.deepEqual(line, [[10, 4, 0]]);
  assert.deepEqual(units?.[2], [20, 10, 6]);
  assert.equal(whatIfCharts(false).length, 2);
});

test("a figure and its unit stay on one line", () => {
  assert.equal(lasts(125), "2\u00a0minutes 5\u00a0seconds");
});
