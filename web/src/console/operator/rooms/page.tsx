// All rooms at a glance.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { listRooms } from "../../api/operator.ts";
import type { OperatorDrop } from "../../api/operator_types.ts";
import { SelectField, TextField } from "../../parts/fields.tsx";
import { Page } from "../../parts/page.tsx";
import { Problem, Stale } from "../../parts/problem.tsx";
import { Loading } from "../../parts/small.tsx";
import { usePolled } from "../../state/polled.ts";
import { route, setQuery } from "../../state/route.ts";
import { t } from "../texts/index.ts";
import { CHOICES, choiceOf, inOrder, statesOf } from "./filter.ts";
import { RoomsTable } from "./table.tsx";

const EVERY_MS = 2_000;
/** Whoever types asks once they pause. */
const REST_MS = 300;
/** Pages of a hundred rooms that are read of each state, at most. */
const MAX_PAGES = 3;

interface Found {
  rooms: OperatorDrop[];
  /** Whether there are more than are read. */
  hasMore: boolean;
}

/** Reads the rooms in these states with this text in them. */
async function readRooms(states: ReturnType<typeof statesOf>, text: string): Promise<Found> {
  const found: Found = { rooms: [], hasMore: false };
  for (const state of states) {
    let cursor: string | null = null;
    for (let n = 0; n < MAX_PAGES; n += 1) {
      const page: Awaited<ReturnType<typeof listRooms>> = await listRooms({ state, q: text, cursor });
      found.rooms.push(...page.data);
      cursor = page.next_cursor ?? null;
      if (cursor === null) break;
    }
    found.hasMore ||= cursor !== null;
  }
  return found;
}

export function RoomsPage() {
  const { query } = route.value;
  const choice = choiceOf(query.get("state"));
  const typed = query.get("q") ?? "";
  const text = useRested(typed.trim());
  const { data, refusal, refresh } = usePolled(() => readRooms(statesOf(choice), text), EVERY_MS, [
    choice,
    text,
  ]);
  return (
    <Page title={t("rooms.title")}>
      <search class="filters">
        <TextField
          label={t("rooms.search")}
          hint={
            <>
              {t("rooms.search.hint")} <span class="by-key">{t("rooms.search.key")}</span>
            </>
          }
          type="search"
          value={typed}
          set={(q) => setQuery({ q })}
        />
        <SelectField
          label={t("rooms.state")}
          value={choice}
          options={CHOICES.map((value) => ({ value, label: t(`rooms.state.${value}`) }))}
          set={(state) => setQuery({ state })}
        />
      </search>
      <Stale refusal={data === null ? null : refusal} />
      {data === null && refusal === null && <Loading />}
      {data === null && <Problem refusal={refusal} retry={refresh} />}
      {data !== null && <RoomsTable rooms={inOrder(data.rooms)} />}
      {data?.hasMore === true && <p class="small">{t("rooms.more")}</p>}
    </Page>
  );
}

/** Returns a text once it has not changed for a moment. */
function useRested(text: string): string {
  const rested = useSignal(text);
  useEffect(() => {
    const timer = setTimeout(() => {
      rested.value = text;
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested.value;
}
