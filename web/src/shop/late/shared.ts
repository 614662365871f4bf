// What several files of the shop have in common. Each imports all of it, so that it is bundled as one file, and
// not as one for each set of them.
import "../../common/announce.ts";
import "../../common/backoff.ts";
import "../../common/dialog.ts";
import "../../common/panel.ts";
import "../../common/parts.ts";
import "../../common/shell.ts";
import "../api/storefront.ts";
import "../api/types.ts";
import "../pages/remembered.ts";
import "../texts/handoff.ts";
import "../view/bell.ts";
import "../view/drop.ts";
import "../view/order_state.ts";
import "../view/picture.ts";
import "./texts.ts";
