// Lists that come in pages, newest first.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { asRefusal, type Refusal } from "../api/call.ts";
import type { Page } from "../api/types.ts";

export interface Paged<Row> {
  /** All rows that were read so far; null before the first page. */
  rows: Row[] | null;
  hasMore: boolean;
  busy: boolean;
  refusal: Refusal | null;
  more(): void;
  /** Begins anew with the first page. */
  refresh(): void;
}

/** Reads pages by `read`, from the first one again when `inputs` change. */
export function usePages<Row>(
  read: (cursor: string | null) => Promise<Page<Row>>,
  inputs: readonly unknown[],
): Paged<Row> {
  const rows = useSignal<Row[] | null>(null);
  const cursor = useSignal<string | null>(null);
  const busy = useSignal(false);
  const refusal = useSignal<Refusal | null>(null);
  // An answer to what was asked before the inputs changed is not wanted any more.
  const turn = useRef(0);

  const load = async (from: string | null) => {
    turn.current += 1;
    const mine = turn.current;
    busy.value = true;
    try {
      const page = await read(from);
      if (mine !== turn.current) return;
      rows.value = from === null ? page.data : [...(rows.peek() ?? []), ...page.data];
      cursor.value = page.next_cursor ?? null;
      refusal.value = null;
    } catch (error) {
      if (mine !== turn.current) return;
      refusal.value = asRefusal(error);
    }
    busy.value = false;
  };

  useEffect(() => {
    rows.value = null;
    cursor.value = null;
    void load(null);
  }, [...inputs]);

  return {
    rows: rows.value,
    hasMore: cursor.value !== null,
    busy: busy.value,
    refusal: refusal.value,
    more: () => void load(cursor.peek()),
    refresh: () => void load(null),
  };
}
