// All that a room shows, read together so that its figures are of one moment.
import { serverNow, timed } from "../../../common/clock.ts";
import { listAudit, readHistory, readLimits, readNumbers, readPlan, readRoom } from "../../api/operator.ts";
import { rfc3339 } from "../../time/zones.ts";
import { LATELY_S, latelyOf } from "./lately.ts";

/** Acts that charts can mark; a window with more of them marks the last ones. */
const ACTS = 50;

export async function readRoomData(id: string) {
  const now = serverNow();
  const lately = { from: rfc3339(now - LATELY_S * 1_000), to: rfc3339(now), step: 1 };
  const [room, numbers, limits, plan, acts, history] = await Promise.all([
    readRoom(id),
    timed(() => readNumbers(id)),
    readLimits(id),
    readPlan(id),
    listAudit({ drop_id: id, cursor: null, limit: ACTS }),
    readHistory(id, lately),
  ]);
  return { room, numbers, limits, plan, acts, lately: latelyOf(history) };
}

export type RoomData = Awaited<ReturnType<typeof readRoomData>>;
