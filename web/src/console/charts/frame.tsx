// Charts over the same time, with what people did marked in all of them, and one moment read in all.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useMemo } from "preact/hooks";
import { serverNow } from "../../common/clock.ts";
import type { Refusal } from "../api/call.ts";
import { actor, moment as sayMoment } from "../format.ts";
import { Stale } from "../parts/problem.tsx";
import { Loading, Tabs } from "../parts/small.tsx";
import { hrefOf, route } from "../state/route.ts";
import { t, tOr } from "../texts/index.ts";
import { type Act, actsNear, actsWithin, type Entry } from "./acts.ts";
import { Acts } from "./acts_list.tsx";
import { Chart } from "./chart.tsx";
import type { ChartSpec } from "./curves.ts";
import { nearest, type Samples } from "./samples.ts";
import { showsDays, WINDOWS, type Window } from "./windows.ts";

interface FrameProps {
  window: Window;
  /** Null until they are read. */
  samples: Samples | null;
  refusal: Refusal | null;
  charts: readonly ChartSpec[];
  /** What people did, in whatever order. */
  entries: readonly Entry[];
  /** Where those are that came before them; null if there are none. */
  older?: string | null;
  /** Says with which drop something was done, where charts are of several. */
  sayDrop?: (dropId: string) => ComponentChildren;
}

export function ChartFrame({ window, samples, refusal, charts, entries, older, sayDrop }: FrameProps) {
  const moment = useSignal<number | null>(null);
  const scene = useMemo(() => sceneOf(window, entries), [samples, entries, window.name]);
  return (
    <section class="board" aria-label={t("board.title")}>
      <WindowTabs window={window} />
      {!isSaidAbove(samples, refusal) && <Stale refusal={refusal} />}
      {samples === null && <Loading />}
      {samples !== null && samples.at.length === 0 && <p class="small">{t("board.empty")}</p>}
      {samples !== null && samples.at.length > 0 && (
        <>
          <MomentSlider
            samples={samples}
            acts={scene.acts}
            stepS={window.stepS}
            isStale={refusal !== null}
            at={moment.value}
            set={(at) => {
              moment.value = at;
            }}
          />
          <div class="charts">
            {charts.map((spec) => (
              <Chart key={spec.key} spec={spec} samples={samples} scene={scene} moment={moment} />
            ))}
          </div>
        </>
      )}
      <Acts
        acts={scene.acts}
        // Before an entry that the window does not have there is nothing that it has.
        older={scene.acts.length === entries.length ? (older ?? null) : null}
        sayDrop={sayDrop}
      />
    </section>
  );
}

/** Without a network the page has said that its figures are old, and the slider that those of the charts are. */
const isSaidAbove = (samples: Samples | null, refusal: Refusal | null) =>
  samples !== null && refusal?.code === "network";

function sceneOf(window: Window, entries: readonly Entry[]) {
  const toS = serverNow() / 1_000;
  const fromS = toS - window.seconds;
  return { fromS, toS, acts: actsWithin(entries, fromS, toS), showsDays: showsDays(window) };
}

function WindowTabs({ window }: { window: Window }) {
  const { path, query } = route.value;
  const tabs = WINDOWS.map(({ name }) => ({
    href: hrefOf(path, { ...Object.fromEntries(query), window: name }),
    label: t(`window.${name}` as "window.5m"),
    isCurrent: name === window.name,
  }));
  return <Tabs label={t("window.label")} tabs={tabs} />;
}

interface MomentSliderProps {
  samples: Samples;
  acts: readonly Act[];
  stepS: number;
  /** Whether the last figures could not be read again. */
  isStale: boolean;
  at: number | null;
  set: (at: number | null) => void;
}

/** Chooses the moment whose figures are read, by keyboard or on a screen without a pointer. */
function MomentSlider({ samples, acts, stepS, isStale, at, set }: MomentSliderProps) {
  const id = useId();
  const lastRow = samples.at.length - 1;
  const row = at === null ? lastRow : nearest(samples.at, at);
  const shownAt = samples.at[row] ?? 0;
  const near = at === null ? [] : actsNear(acts, at, 2 * stepS);
  const heldUpBy = samples.heldUpBy[row] ?? null;
  const latest = t(isStale ? "moment.last" : "moment.now");
  const said = at === null ? latest : sayMoment(shownAt * 1_000, serverNow());
  return (
    <div class="moment">
      <label for={id}>{t("moment.label")}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={lastRow}
        value={row}
        aria-valuetext={said}
        onInput={(event) => {
          const chosen = Number(event.currentTarget.value);
          set(chosen >= lastRow ? null : (samples.at[chosen] ?? null));
        }}
      />
      <output for={id}>
        {said}
        {heldUpBy !== null && ` · ${tOr(`held_up.${heldUpBy}`, "held_up.other", { reason: heldUpBy })}`}
        {near.map((act) => (
          <span key={act.number} class="line">
            {act.number}: {tOr(`action.${act.action}`, "action.other", { action: act.action })} (
            {actor(act.actor)})
          </span>
        ))}
      </output>
    </div>
  );
}
