// The lanes of a line beside the normal one, in a form.
import { NumberField, TextField } from "../../parts/fields.tsx";
import { t } from "../texts/index.ts";
import { anotherLane, type LaneDraft, type LaneField, normalShare } from "./draft.ts";

interface LaneFieldsProps {
  lanes: readonly LaneDraft[];
  /** What is wrong with a field, once that is to be told. */
  say: (field: LaneField) => string | null;
  set: (lanes: readonly LaneDraft[]) => void;
}

export function LaneFields({ lanes, say, set }: LaneFieldsProps) {
  const another = anotherLane(lanes);
  const fault = say("lanes");
  const change = (next: LaneDraft) => set(lanes.map((one) => (one.lane === next.lane ? next : one)));
  return (
    <>
      <p class="small">{t("lanes.hint")}</p>
      {lanes.map((lane) => (
        <div key={lane.lane}>
          <div class="filters">
            <TextField
              label={t("lanes.name", { number: lane.lane })}
              maxLength={200}
              value={lane.name}
              fault={say(`laneName:${lane.lane}`)}
              set={(name) => change({ ...lane, name })}
            />
            <NumberField
              label={t("lanes.share", { number: lane.lane })}
              value={lane.share}
              fault={say(`laneShare:${lane.lane}`)}
              set={(share) => change({ ...lane, share })}
            />
          </div>
          <button
            type="button"
            class="button quiet"
            onClick={() => set(lanes.filter((one) => one.lane !== lane.lane))}
          >
            {t("lanes.remove", { number: lane.lane })}
          </button>
        </div>
      ))}
      {fault !== null && <p class="fault">{fault}</p>}
      {lanes.length > 0 && <p class="small">{t("lanes.rest", { percent: normalShare(lanes) })}</p>}
      {another !== null && (
        <p>
          <button type="button" class="button quiet" onClick={() => set([...lanes, another])}>
            {t("lanes.add")}
          </button>
        </p>
      )}
    </>
  );
}
