// Charts over the same time, with what people did marked in all of them, and one moment read in all.
import { useSignal } from "@preact/signals";
import { useId, useMemo } from "preact/hooks";
import { serverNow } from "../../common/clock.ts";
import type { Refusal } from "../api/call.ts";
import { actor, moment as sayMoment } from "../format.ts";
import { Stale } from "../parts/problem.tsx";
import { Loading, Tabs } from "../parts/small.tsx";
import { hrefOf, route } from "../state/route.ts";
import { t, tOr } from "../texts/index.ts";
import { rfc3339 } from "../time/zones.ts";
import { type Act, actsNear, actsWithin } from "./acts.ts";
import { Chart } from "./chart.tsx";
import type { ChartSpec } from "./curves.ts";
import { nearest, type Samples } from "./samples.ts";
import { showsDays, WINDOWS, type Window } from "./windows.ts";

/** Something that somebody did. */
export interface Entry {
  at: string;
  action: string;
  actor: string;
  why: string;
}

interface FrameProps {
  window: Window;
  /** Null until they are read. */
  samples: Samples | null;
  refusal: Refusal | null;
  charts: readonly ChartSpec[];
  /** What people did, in whatever order. */
  entries: readonly Entry[];
}

export function ChartFrame({ window, samples, refusal, charts, entries }: FrameProps) {
  const moment = useSignal<number | null>(null);
  const scene = useMemo(() => sceneOf(window, entries), [samples, entries, window.name]);
  return (
    <section class="board" aria-label={t("board.title")}>
      <WindowTabs window={window} />
      <Stale refusal={refusal} />
      {samples === null && <Loading />}
      {samples !== null && samples.at.length === 0 && <p class="small">{t("board.empty")}</p>}
      {samples !== null && samples.at.length > 0 && (
        <>
          <MomentSlider
            samples={samples}
            acts={scene.acts}
            stepS={window.stepS}
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
      <Acts acts={scene.acts} />
    </section>
  );
}

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
  at: number | null;
  set: (at: number | null) => void;
}

/** Chooses the moment whose figures are read, by keyboard or on a screen without a pointer. */
function MomentSlider({ samples, acts, stepS, at, set }: MomentSliderProps) {
  const id = useId();
  const lastRow = samples.at.length - 1;
  const row = at === null ? lastRow : nearest(samples.at, at);
  const shownAt = samples.at[row] ?? 0;
  const near = at === null ? [] : actsNear(acts, at, 2 * stepS);
  const heldUpBy = samples.heldUpBy[row] ?? null;
  const said = at === null ? t("moment.now") : sayMoment(shownAt * 1_000, serverNow());
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

/** The acts that are marked in the charts, in words. */
function Acts({ acts }: { acts: readonly Act[] }) {
  if (acts.length === 0) return null;
  return (
    <section>
      <h3>{t("acts.title")}</h3>
      <ol class="acts">
        {acts.map((act) => (
          <li key={act.number}>
            <time dateTime={rfc3339(act.at * 1_000)}>{sayMoment(act.at * 1_000, serverNow())}</time>{" "}
            <strong>{tOr(`action.${act.action}`, "action.other", { action: act.action })}</strong>{" "}
            {actor(act.actor)}
            {act.why !== "" && `: ${act.why}`}
          </li>
        ))}
      </ol>
    </section>
  );
}
