// How a room is doing: figures, what holds it back, its mode, its charts.
import { useMemo } from "preact/hooks";
import { readHistory } from "../../api/operator.ts";
import { Board } from "../../charts/board.tsx";
import { Absent } from "../../parts/absent.tsx";
import { language } from "../../state/language.ts";
import { hrefOf } from "../../state/route.ts";
import { mayAct } from "../../state/session.ts";
import { ended } from "../ended.ts";
import { inWords } from "../log/said.ts";
import { roomCharts } from "./charts.ts";
import type { RoomData } from "./data.ts";
import { Pressures, RoomFigures } from "./figures.tsx";
import { ModePanel } from "./mode_panel.tsx";
import { pressuresOn } from "./pressure.ts";

export function RoomOverview({ data, onChanged }: { data: RoomData; onChanged: () => void }) {
  const { room, numbers, limits, lately, acts } = data;
  const sellsUnits = room.fulfilment !== "pass";
  const charts = useMemo(() => roomCharts(sellsUnits), [sellsUnits, language.value]);
  const entries = useMemo(() => inWords(acts.data), [acts, language.value]);
  const pressures = pressuresOn({
    state: room.state,
    mode: limits.mode,
    limits,
    numbers,
    lately,
    sellsUnits,
  });
  return (
    <>
      <RoomFigures numbers={numbers} limits={limits} lately={lately} sellsUnits={sellsUnits} />
      {sellsUnits && <Absent numbers={numbers} />}
      <div class="side-by-side">
        <Pressures pressures={pressures} />
        <ModePanel title={room.title} limits={limits} mayAct={mayAct.value} onChanged={onChanged} />
      </div>
      <Board
        dropId={room.id}
        charts={charts}
        read={(span) => readHistory(room.id, span)}
        entries={entries}
        isOver={ended(room.state)}
        older={(acts.next_cursor ?? null) === null ? null : hrefOf(["rooms", room.id, "log"])}
      />
    </>
  );
}
