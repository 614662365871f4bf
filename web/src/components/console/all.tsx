// The parts of the consoles.
import { Buttons, Questions } from "./acts.tsx";
import { ChartParts } from "./charts.tsx";
import { FieldParts } from "./fields.tsx";
import { RoomParts } from "./rooms.tsx";
import { FigureParts, StateParts, ToldParts } from "./states.tsx";

export const ConsoleParts = () => (
  <>
    <Buttons />
    <FieldParts />
    <Questions />
    <StateParts />
    <FigureParts />
    <ToldParts />
    <RoomParts />
    <ChartParts />
  </>
);
