// A room's limits: what they are, what is planned, and the way back.

import { rate } from "../../../format.ts";
import { mayAct } from "../../../state/session.ts";
import { ended } from "../../ended.ts";
import { t } from "../../texts/index.ts";
import type { RoomData } from "../data.ts";
import { LimitsForm } from "./form.tsx";
import { Plan, Undo } from "./plan.tsx";
import { LIMIT_NAMES } from "./values.ts";

export function RoomLimits({ data, onChanged }: { data: RoomData; onChanged: () => void }) {
  const { limits, plan } = data;
  if (!mayAct.value || ended(limits.state))
    return (
      <dl class="facts">
        {LIMIT_NAMES.map((name) => (
          <div class="row" key={name}>
            <dt>{t(`limit.${name}`)}</dt>
            <dd>{limits[name] === null ? t("limit.of_setting") : rate(limits[name] ?? 0)}</dd>
          </div>
        ))}
      </dl>
    );
  return (
    <>
      <Plan dropId={limits.drop_id} plan={plan} onChanged={onChanged} />
      <LimitsForm limits={limits} onChanged={onChanged} />
      <Undo dropId={limits.drop_id} onChanged={onChanged} />
    </>
  );
}
