import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import "./all_texts.ts";
import type { Panel, PanelHost } from "../src/common/panel.ts";
import type { Drop } from "../src/shop/api/types.ts";
import { orderPart } from "../src/shop/late/parts.ts";
import { LateOrder, type Told } from "../src/shop/pages/late_order.ts";
import { OrderView } from "../src/shop/view/order.ts";

const SALE = { id: "d", title: "Tea cup", variants: [{}] } as Drop;
const SITE = { ...SALE, fulfilment: "pass", site_name: "shop.example" } as Drop;

/** What the page shows and says aloud. */
const shown = { title: "", aloud: "" };

/** As much of an element as a note needs. */
class Element {
  textContent = "";

  append(child: unknown): void {
    this.textContent += typeof child === "string" ? child : "";
  }
  setAttribute(): void {}
}

const aloud = {
  setAttribute: () => {},
  get textContent() {
    return shown.aloud;
  },
  set textContent(text: string) {
    shown.aloud = text;
  },
};
const page = {
  document: { createElement: () => new Element(), getElementById: () => aloud },
  navigator: {},
};
for (const [name, value] of Object.entries(page)) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

const host = {
  show: (_kind: string, build: () => Panel) => {
    shown.title = build().heading.textContent ?? "";
  },
} as unknown as PanelHost;

/** What shows orders cannot be loaded at first, and is there once `come` is called. */
function loading(): { come: () => void } {
  let come = () => {};
  const coming = new Promise<void>((resolve) => {
    come = resolve;
  });
  mock.method(orderPart, "untilLoaded", async (failed: () => void) => {
    failed();
    await coming;
    return { OrderView };
  });
  return { come };
}

const listener = { next: () => [], changed: () => {} };
const orderOf = (drop: Drop, told: Told) => new LateOrder("t", drop, host, listener, told, true);

beforeEach(() => {
  mock.restoreAll();
  Object.assign(shown, { title: "", aloud: "" });
});

test("whose turn comes before what shows it is told so, and called", () => {
  loading();
  void orderOf(SALE, "held").start();
  assert.deepEqual(shown, { title: "Your turn", aloud: "Your turn" });
});

test("until what shows an order is there, the stream's word for it is shown", () => {
  loading();
  const order = orderOf(SALE, "held");
  void order.start();
  for (const [state, title] of [
    ["authorizing", "Checking your payment"],
    ["expired", "Your time to pay ran out"],
  ] as const) {
    order.hint(state);
    assert.equal(shown.title, title);
  }
  const visit = orderOf(SITE, "expired");
  void visit.start();
  assert.equal(shown.title, "Your time is up");
});

test("the order is read as soon as what shows it is there, and again when the stream tells of it", async () => {
  const { come } = loading();
  const refresh = mock.method(OrderView.prototype, "refresh", async () => {});
  const order = orderOf(SALE, "held");
  const starting = order.start();
  come();
  await starting;
  assert.equal(refresh.mock.callCount(), 1);
  order.hint("authorizing");
  assert.equal(refresh.mock.callCount(), 2);
  assert.equal(shown.title, "Your turn");
});

test("an order of a line that was left meanwhile shows nothing", async () => {
  const { come } = loading();
  const refresh = mock.method(OrderView.prototype, "refresh", async () => {});
  const order = orderOf(SALE, "held");
  const starting = order.start();
  order.stop();
  come();
  await starting;
  assert.equal(refresh.mock.callCount(), 0);
});
