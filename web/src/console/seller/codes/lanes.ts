// Which lanes of a drop a code can open.
import type { Drop, Lane } from "../../api/types.ts";
import { t } from "../texts/index.ts";

const NORMAL: Lane = { lane: 0, name: null, share_percent: 100 };

/** The normal lane needs none, unless the drop is for those alone who were invited. */
export function lanesWithCodes({ lanes, invite_only }: Drop): Lane[] {
  const all = lanes ?? [NORMAL];
  return invite_only ? all : all.filter(({ lane }) => lane !== 0);
}

export const laneName = ({ name }: Lane) => name ?? t("lanes.normal");
