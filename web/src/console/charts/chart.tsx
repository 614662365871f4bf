// One chart with its figures: those of the moment that is looked at, or the last ones.
import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { language } from "../state/language.ts";
import { t } from "../texts/index.ts";
import { onColoursChange, readColours } from "./colours.ts";
import { type ChartSpec, isEmpty, tableOf } from "./curves.ts";
import { plotOptions, type Scene } from "./plot.ts";
import { last, nearest, type Samples } from "./samples.ts";

interface ChartProps {
  spec: ChartSpec;
  samples: Samples;
  scene: Scene;
  /** The moment that is looked at in all charts of a board, in seconds; null for the last one. */
  moment: Signal<number | null>;
}

export function Chart({ spec, samples, scene, moment }: ChartProps) {
  const mount = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  // What is drawn is read when it is drawn: the chart itself stays.
  const current = useRef({ spec, samples, scene });
  current.current = { spec, samples, scene };
  const hasNothing = isEmpty(spec, samples);

  useEffect(() => {
    const box = mount.current;
    if (box === null) return;
    const build = () => {
      plot.current?.destroy();
      const now = current.current;
      const options = plotOptions({
        spec: now.spec,
        colours: readColours(),
        scene: () => current.current.scene,
        onPoint: (at) => {
          moment.value = at;
        },
        width: box.clientWidth,
      });
      plot.current = new uPlot(options, tableOf(now.spec, now.samples), box);
    };
    build();
    const watcher = new ResizeObserver(() => {
      const height = plot.current?.height ?? 0;
      plot.current?.setSize({ width: box.clientWidth, height });
    });
    watcher.observe(box);
    const stop = onColoursChange(build);
    return () => {
      stop();
      watcher.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [spec.key, language.value, hasNothing]);

  useEffect(() => {
    plot.current?.setData(tableOf(spec, samples));
  }, [samples, scene]);

  useFollow(plot, moment.value, samples);

  return (
    <figure class="chart">
      <figcaption>
        <h3>{spec.title}</h3>
        <Legend spec={spec} samples={samples} at={moment.value} />
      </figcaption>
      {hasNothing && <p class="small">{spec.empty ?? t("board.empty")}</p>}
      {!hasNothing && <div ref={mount} class="plot" aria-hidden="true" />}
    </figure>
  );
}

/** Keeps the line in each chart at the moment that was chosen, in whichever of them or by keyboard. */
function useFollow(plot: { current: uPlot | null }, at: number | null, samples: Samples): void {
  useEffect(() => {
    const drawn = plot.current;
    if (drawn === null) return;
    // What lies outside is not drawn.
    const [left, top] = at === null ? [-10, -10] : [drawn.valToPos(at, "x"), 0];
    drawn.setCursor({ left, top }, false);
  }, [at, samples]);
}

function Legend({ spec, samples, at }: { spec: ChartSpec; samples: Samples; at: number | null }) {
  const row = at === null ? -1 : nearest(samples.at, at);
  return (
    <dl class="legend">
      {spec.curves.map((curve) => {
        const values = curve.values(samples);
        const value = row === -1 ? (curve.now ?? last(values)) : (values[row] ?? null);
        return (
          <div key={curve.key} class={`curve curve-${curve.colour}`}>
            <dt>{curve.label}</dt>
            <dd>{value === null ? "–" : (curve.say ?? spec.say)(value)}</dd>
          </div>
        );
      })}
    </dl>
  );
}
