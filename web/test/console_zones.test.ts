import assert from "node:assert/strict";
import { test } from "node:test";
import { momentOf, momentsOf, offsetMs, wallOf, zones } from "../src/console/time/zones.ts";

const HOUR_MS = 3_600_000;
const at = (text: string) => Date.parse(text);

test("a time on a wall is one moment, by the zone of the wall", () => {
  const moments = (zone: string) => momentsOf("2027-03-05T18:00", zone);
  assert.deepEqual(moments("UTC"), [at("2027-03-05T18:00Z")]);
  assert.deepEqual(moments("Asia/Seoul"), [at("2027-03-05T09:00Z")]);
  assert.deepEqual(moments("America/New_York"), [at("2027-03-05T23:00Z")]);
  assert.deepEqual(moments("Asia/Kolkata"), [at("2027-03-05T12:30Z")]);
  assert.deepEqual(moments("Pacific/Kiritimati"), [at("2027-03-05T04:00Z")]);
});

test("a time that clocks skip is none", () => {
  assert.deepEqual(momentsOf("2027-03-28T02:30", "Europe/Berlin"), []);
  assert.equal(momentOf({ local: "2027-03-28T02:30", zone: "Europe/Berlin", isLater: false }), null);
  assert.deepEqual(momentsOf("2027-03-28T03:00", "Europe/Berlin"), [at("2027-03-28T01:00Z")]);
});

test("a time that clocks show twice is two moments, of which one is meant", () => {
  const [first, second] = momentsOf("2027-10-31T02:30", "Europe/Berlin");
  assert.deepEqual([first, second], [at("2027-10-31T00:30Z"), at("2027-10-31T01:30Z")]);
  const meant = (isLater: boolean) => momentOf({ local: "2027-10-31T02:30", zone: "Europe/Berlin", isLater });
  assert.deepEqual([meant(false), meant(true)], [first, second]);
});

test("what a wall shows leads back to its moment, all through a year", () => {
  for (const zone of ["UTC", "Asia/Seoul", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]) {
    for (let hour = 0; hour < 365 * 24; hour += 5) {
      const ms = at("2027-01-01T00:00Z") + hour * HOUR_MS;
      assert.ok(momentsOf(wallOf(ms, zone), zone).includes(ms), `${zone} ${new Date(ms).toISOString()}`);
    }
  }
});

test("what is no time is no moment", () => {
  for (const local of ["", "2027-02", "soon"]) assert.deepEqual(momentsOf(local, "UTC"), [], local);
  assert.equal(offsetMs(at("1969-12-31T23:59:59.500Z"), "UTC"), 0);
});

test("every zone that is offered can be used", () => {
  const offered = zones();
  assert.ok(offered.includes("UTC") && new Set(offered).size === offered.length);
  for (const zone of offered) assert.equal(momentsOf("2027-06-01T12:00", zone).length, 1, zone);
});
