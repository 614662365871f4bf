// The figures of now in the charts' legends.
import type { Numbers } from "../../api/types.ts";
import type { ChartSpec } from "../../charts/curves.ts";

/** Gives curves of what there is now their present values, since what is written of it lags behind the tiles. */
export function atNow(
  charts: readonly ChartSpec[],
  { line, units, waits, revenue_minor }: Numbers,
): ChartSpec[] {
  const now = new Map<string, number | undefined>([
    ["line waiting", line?.waiting],
    ["units sold", units.sold],
    ["units held", units.reserved],
    ["units left", units.available],
    ["waits half", waits?.p50_ms],
    ["waits most", waits?.p90_ms],
    ["revenue revenue", revenue_minor],
  ]);
  return charts.map((chart) => ({
    ...chart,
    curves: chart.curves.map((curve) => ({ ...curve, now: now.get(`${chart.key} ${curve.key}`) })),
  }));
}
