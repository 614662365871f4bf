// The acts that are marked in the charts, in words.
import type { ComponentChildren } from "preact";
import { serverNow } from "../../common/clock.ts";
import { actor, moment } from "../format.ts";
import { t, tOr } from "../texts/index.ts";
import { rfc3339 } from "../time/zones.ts";
import type { Act } from "./acts.ts";

interface ActsProps {
  acts: readonly Act[];
  /** Where those are that came before the first one; null if all are here. */
  older: string | null;
  /** Says with which drop something was done, where that is not clear. */
  sayDrop: ((dropId: string) => ComponentChildren) | undefined;
}

export function Acts({ acts, older, sayDrop }: ActsProps) {
  if (acts.length === 0) return null;
  return (
    <section>
      <h3>{t("acts.title")}</h3>
      <ol class="acts">
        {acts.map((act) => (
          <li key={act.number}>
            <time dateTime={rfc3339(act.at * 1_000)}>{moment(act.at * 1_000, serverNow())}</time>{" "}
            <strong>{tOr(`action.${act.action}`, "action.other", { action: act.action })}</strong>{" "}
            {sayDrop !== undefined && act.dropId !== null && <>{sayDrop(act.dropId)} </>}
            {actor(act.actor)}
            {act.why !== "" && `: ${act.why}`}
          </li>
        ))}
      </ol>
      {older !== null && (
        <p class="small">
          {t("acts.last", { count: acts.length })} <a href={older}>{t("acts.older")}</a>
        </p>
      )}
    </section>
  );
}
