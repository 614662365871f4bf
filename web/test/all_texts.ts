// Loads all that the shop says, as its pages do before they say anything.
import { addTexts, loadTexts } from "../src/shop/texts/index.ts";

await addTexts("shop");
await addTexts("list");
await addTexts("handoff");
await addTexts("order");
await loadTexts("ko");
