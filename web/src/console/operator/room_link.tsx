// A link to a room that is named by the end of its id.
import { shortId } from "../format.ts";
import { hrefOf } from "../state/route.ts";

export const RoomLink = ({ id }: { id: string }) => (
  <a href={hrefOf(["rooms", id])} title={id}>
    {shortId(id)}
  </a>
);
