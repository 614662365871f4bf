// The lanes of a line: how they share, which one is yours, and the code that opens one.
import { el } from "../../common/dom.ts";
import { percent } from "../../common/format.ts";
import { facts } from "../../common/parts.ts";
import type { Drop, Lane } from "../api/types.ts";
import { t } from "../texts/index.ts";

/** Longest code, however it is typed. */
const MAX_CODE = 40;

const nameOf = (lane: Lane) => lane.name ?? t("lane.normal");
const shareOf = ({ share_percent }: Lane) =>
  share_percent === 0 ? t("lane.spare") : t("lane.share", { percent: percent(share_percent / 100) });

/** Whether a code is of any use here. */
export const takesCode = (drop: Drop) => drop.invite_only === true || (drop.lanes ?? []).length > 0;

/** Says in which lane a ticket stands, and what that lane gets; null where there is only one. */
export function laneText(drop: Drop, number: number | null): string | null {
  const lane = (drop.lanes ?? []).find((one) => one.lane === number);
  return lane === undefined ? null : t("lane.yours", { name: nameOf(lane), share: shareOf(lane) });
}

/** Lists the lanes with their shares; null where there is only one. */
export function laneList(drop: Drop): HTMLElement | null {
  const lanes = drop.lanes ?? [];
  if (lanes.length === 0) return null;
  const rows = lanes.map((lane): [string, string] => [nameOf(lane), shareOf(lane)]);
  return el(
    "section",
    { class: "lanes" },
    el("h3", {}, t("lane.title")),
    facts(rows),
    el("p", { class: "small" }, t("lane.rest")),
  );
}

/** A field for a code, where one is of use. What is typed is kept in `into`, so that it outlives a redraw. */
export function codeField(drop: Drop, into: { code: string }): HTMLElement | null {
  if (!takesCode(drop)) return null;
  const input = el("input", {
    id: "code",
    type: "text",
    maxlength: String(MAX_CODE),
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
  });
  input.value = into.code;
  input.addEventListener("input", () => {
    into.code = input.value;
  });
  const hint = t(drop.invite_only === true ? "join.code.invite" : "join.code.lane");
  return el(
    "div",
    { class: "code" },
    el("label", { for: "code" }, t("join.code")),
    input,
    el("span", { class: "small" }, hint),
  );
}
