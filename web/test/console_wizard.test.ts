import assert from "node:assert/strict";
import { test } from "node:test";
import { dropBody, siteBody } from "../src/console/seller/wizard/body.ts";
import { faultsOf, isAddress, isOrigin } from "../src/console/seller/wizard/checks.ts";
import { newDraft, ofKind, type WizardDraft } from "../src/console/seller/wizard/draft.ts";
import { beside, firstWrong, isRight, stepOf, stepsOf } from "../src/console/seller/wizard/steps.ts";
import { wallOf } from "../src/console/time/zones.ts";

const NOW = Date.parse("2027-03-05T12:20:00Z");
const STOCK = 500;

const SALE: WizardDraft = {
  ...newDraft(NOW, "Asia/Seoul", wallOf),
  productId: "p",
  variantId: "v",
  title: " Friday drop ",
  units: "400",
};
const SITE: WizardDraft = { ...ofKind(SALE, "pass"), siteUrl: "https://shop.example/", opening: "now" };

const faults = (part: Partial<WizardDraft>, draft = SALE) => faultsOf({ ...draft, ...part }, STOCK, NOW);

test("a new draft opens on a whole hour in the zone of its maker", () => {
  assert.equal(SALE.opens.local, "2027-03-06T22:00");
  assert.deepEqual(faults({}), {});
  assert.deepEqual(faults({}, SITE), {});
});

test("what is missing is told for what is sold and for a site", () => {
  assert.deepEqual(faults({ title: " ", variantId: "", units: "" }), {
    title: "missing",
    variant: "missing",
    units: "number",
  });
  assert.deepEqual(faults({ siteUrl: "shop.example" }, SITE), { siteUrl: "address" });
});

test("nobody offers more than there is, or lets one person have more than all", () => {
  assert.deepEqual(faults({ units: "501" }), { units: "above_stock" });
  assert.deepEqual(faults({ unitsPerTicket: "2" }), { unitsPerTicket: "above_customer" });
  const greedy = { units: "2", unitsPerTicket: "3", unitsPerCustomer: "5" };
  assert.deepEqual(faults(greedy), { unitsPerTicket: "above_units" });
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
  assert.equal(dropBody({ ...SALE, opening: "later" }, NOW).opens_at, undefined);
  assert.equal(dropBody({ ...SALE, opening: "now" }, NOW).opens_at, "2027-03-05T12:20:00.000Z");
});

test("a site is sent with people per minute, and opens now by saying nothing", () => {
  const body = siteBody({ ...SITE, origins: "https://www.shop.example\n\n https://m.shop.example " }, NOW);
  assert.deepEqual(
    [body.visitors_per_minute, body.max_inside, body.pass_seconds, body.opens_at],
    [120, 500, 1_200, undefined],
  );
  assert.deepEqual(body.return_origins, ["https://www.shop.example", "https://m.shop.example"]);
});

test("the wizard leads through its steps, and back to the first that is wrong", () => {
  assert.deepEqual(stepsOf(false), ["what", "times", "speed", "who", "check"]);
  assert.deepEqual([beside("what", 1, stepsOf(false)), beside("what", -1, stepsOf(true))], ["times", null]);
  assert.equal(firstWrong({ pace: "min", units: "number" }), "units");
  assert.equal(firstWrong({}), null);
  assert.ok(isRight("who", { units: "number" }) && !isRight("units", { units: "number" }));
  assert.equal(stepOf("nonsense"), "what");
});
