import assert from "node:assert/strict";
import { test } from "node:test";
import { sourcesOf } from "../src/shop/view/picture.ts";

test("a picture is offered in all its widths, the narrowest first", () => {
  const urls = { "1600": "/p-1600.jpg", "320": "/p-320.jpg", "800": "/p-800.jpg" };
  assert.deepEqual(sourcesOf({ urls, width: 1600, height: 900 }), {
    src: "/p-1600.jpg",
    srcset: "/p-320.jpg 320w, /p-800.jpg 800w, /p-1600.jpg 1600w",
  });
});
