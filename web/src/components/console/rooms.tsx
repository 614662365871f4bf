// What only one of the consoles has: the rooms, what holds a line back, the funnel, a gate without its line.
import { Pressures } from "../../console/operator/room/figures.tsx";
import { RoomsTable } from "../../console/operator/rooms/table.tsx";
import { FailurePart } from "../../console/parts/failure/part.tsx";
import { Funnel } from "../../console/seller/drop/funnel_view.tsx";
import { Shown } from "../shown.tsx";
import { t } from "../texts.ts";
import { failureOf, NUMBERS, ROOMS } from "./samples.ts";

const PRESSURES = [
  { code: "provider_away", severity: "stops", values: {} },
  { code: "command_lag", severity: "slows", values: { seconds: 4 } },
  { code: "rate", severity: "fine", values: { rate: 5 } },
] as const;

export const RoomParts = () => (
  <>
    <Shown title={t("rooms")}>
      <RoomsTable rooms={ROOMS} />
      <RoomsTable rooms={[]} />
    </Shown>
    <Pressures pressures={PRESSURES} />
    <Funnel numbers={NUMBERS} sellsUnits={true} />
    <FailurePart
      dropId="1"
      isForAll={true}
      mayChange={true}
      read={failureOf("open")}
      change={failureOf("open")}
    />
    <FailurePart
      dropId="2"
      isForAll={false}
      mayChange={true}
      read={failureOf("closed")}
      change={failureOf("closed")}
    />
  </>
);
