// A room's limits: what they are, what is planned, and the way back. Of a site also what its gate does while the
// line gives no answer.
import { changeFailurePolicy, readFailurePolicy } from "../../../api/operator.ts";
import type { OperatorDrop } from "../../../api/operator_types.ts";
import { rate } from "../../../format.ts";
import { FailurePart } from "../../../parts/failure/part.tsx";
import { mayAct } from "../../../state/session.ts";
import { ended } from "../../ended.ts";
import { t } from "../../texts/index.ts";
import type { RoomData } from "../data.ts";
import { LimitsForm } from "./form.tsx";
import { limitName } from "./name.ts";
import { Plan, Undo } from "./plan.tsx";
import { limitsOf } from "./values.ts";

/** Of limits that were never changed. */
const FIRST_VERSION = 1;

export function RoomLimits({ data, onChanged }: { data: RoomData; onChanged: () => void }) {
  const { room, limits } = data;
  const mayChange = mayAct.value && !ended(limits.state);
  return (
    <>
      <Limits data={data} mayChange={mayChange} onChanged={onChanged} />
      {room.fulfilment === "pass" && <Failure room={room} mayChange={mayChange} />}
    </>
  );
}

const Failure = ({ room, mayChange }: { room: OperatorDrop; mayChange: boolean }) => (
  <FailurePart
    dropId={room.id}
    isForAll={!(room.members_only || room.invite_only || room.manual)}
    mayChange={mayChange}
    read={readFailurePolicy}
    change={changeFailurePolicy}
  />
);

interface LimitsProps {
  data: RoomData;
  mayChange: boolean;
  onChanged: () => void;
}

function Limits({ data: { room, limits, plan }, mayChange, onChanged }: LimitsProps) {
  const sellsUnits = room.fulfilment !== "pass";
  if (!mayChange)
    return (
      <dl class="facts">
        {limitsOf(sellsUnits).map((name) => (
          <div class="row" key={name}>
            <dt>{limitName(name, sellsUnits)}</dt>
            <dd>{limits[name] === null ? t("limit.of_setting") : rate(limits[name] ?? 0)}</dd>
          </div>
        ))}
      </dl>
    );
  return (
    <>
      <Plan dropId={limits.drop_id} plan={plan} sellsUnits={sellsUnits} onChanged={onChanged} />
      <LimitsForm sellsUnits={sellsUnits} limits={limits} onChanged={onChanged} />
      {limits.limits_version > FIRST_VERSION && <Undo dropId={limits.drop_id} onChanged={onChanged} />}
    </>
  );
}
