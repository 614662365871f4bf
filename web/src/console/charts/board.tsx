// Charts of one drop's history.
import { useMemo } from "preact/hooks";
import { serverNow } from "../../common/clock.ts";
import type { History, Span } from "../api/types.ts";
import { usePolled } from "../state/polled.ts";
import { route } from "../state/route.ts";
import { rfc3339 } from "../time/zones.ts";
import type { Entry } from "./acts.ts";
import type { ChartSpec } from "./curves.ts";
import { ChartFrame } from "./frame.tsx";
import { held, joined, type Samples, samplesOf } from "./samples.ts";
import { readFrom, type Window, windowOf } from "./windows.ts";

/** Reads a part of a drop's history. */
export type ReadHistory = (span: Span) => Promise<History>;

interface BoardProps {
  /** The drop that is charted: another one begins anew. */
  dropId: string;
  charts: readonly ChartSpec[];
  read: ReadHistory;
  /** What people did, in whatever order. */
  entries: readonly Entry[];
  /** Where those are that came before them; null if there are none. */
  older?: string | null;
  /** Whether the drop has ended, so that its curves do, too. */
  isOver?: boolean;
}

export function Board({ dropId, read, isOver = false, ...shown }: BoardProps) {
  const window = windowOf(route.value.query.get("window"));
  const { data, refusal } = useHistory(dropId, window, read);
  // As of when it was read: while later reads fail, the curves stay where they are.
  const samples = useMemo(
    () => (data === null ? null : held(data.samples, window.stepS, isOver ? null : data.nowS)),
    [data, isOver],
  );
  return <ChartFrame window={window} samples={samples} refusal={refusal} {...shown} />;
}

/** Reads all of a window once, and then what is new. */
function useHistory(dropId: string, window: Window, read: ReadHistory) {
  const kept = useMemo(() => ({ samples: null as Samples | null }), [dropId, window.name]);
  return usePolled(
    async () => {
      const nowS = serverNow() / 1_000;
      const fromS = readFrom(window, nowS, kept.samples?.at.at(-1) ?? null);
      const span = { from: rfc3339(fromS * 1_000), to: rfc3339(nowS * 1_000), step: window.stepS };
      const fresh = samplesOf(await read(span));
      const startS = nowS - window.seconds;
      kept.samples = kept.samples === null ? fresh : joined(kept.samples, fresh, startS);
      return { samples: kept.samples, nowS };
    },
    window.everyMs,
    [kept],
  );
}
