import assert from "node:assert/strict";
import { test } from "node:test";
import { admissionUrl } from "../src/shop/api/admission.ts";

test("admission is called by the page's own name for this machine, else as configured", () => {
  assert.equal(admissionUrl("http://127.0.0.1:8081", "localhost"), "http://localhost:8081");
  assert.equal(admissionUrl("http://localhost:8081/", "127.0.0.1"), "http://127.0.0.1:8081");
  assert.equal(admissionUrl("https://line.example/", "shop.example"), "https://line.example");
  assert.equal(admissionUrl("https://example.com/line/", "example.com"), "https://example.com/line");
});
