// The charts of a running drop, as its seller sees it.
import { digits } from "../../../common/format.ts";
import type { ChartSpec, Curve } from "../../charts/curves.ts";
import { CLOCK_MS, COUNTS, stepsFrom } from "../../charts/steps.ts";
import { amount, compact, minorPerUnit, rate } from "../../format.ts";
import { t } from "../texts/index.ts";

/** Made anew with the language, which its labels are in. */
export function dropCharts(currency: string, sellsUnits: boolean): ChartSpec[] {
  const sales = sellsUnits ? [units(), revenue(currency)] : [];
  return [line(), speed(sellsUnits), waits(), losses(), ...sales];
}

const line = (): ChartSpec => ({
  key: "line",
  title: t("chart.line"),
  say: compact,
  steps: COUNTS,
  curves: [{ key: "waiting", label: t("curve.waiting"), colour: 1, values: (s) => s.columns.waiting }],
});

function speed(sellsUnits: boolean): ChartSpec {
  const ways: Curve[] = [
    { key: "joined", label: t("curve.joined"), colour: 3, values: (s) => s.columns.joined },
    { key: "admitted", label: t("curve.admitted"), colour: 1, values: (s) => s.columns.admitted },
  ];
  const paid: Curve = {
    key: "confirmed",
    label: t("curve.confirmed"),
    colour: 2,
    values: (s) => s.columns.confirmed,
  };
  return {
    key: "speed",
    title: t("chart.speed"),
    say: rate,
    steps: COUNTS,
    curves: sellsUnits ? [...ways, paid] : ways,
  };
}

/** How long those waited who were let in last, at each moment. */
const waits = (): ChartSpec => ({
  key: "waits",
  title: t("chart.waits"),
  empty: t("chart.waits.empty"),
  say: digits,
  steps: CLOCK_MS,
  curves: [
    { key: "half", label: t("curve.wait_half"), colour: 1, values: (s) => s.columns.wait_p50_ms },
    { key: "most", label: t("curve.wait_most"), colour: 2, values: (s) => s.columns.wait_p90_ms },
  ],
});

/** All who had left or were lost by each moment, so that the ends of the curves are what the funnel tells. */
const losses = (): ChartSpec => ({
  key: "losses",
  title: t("chart.losses"),
  say: compact,
  steps: COUNTS,
  curves: [
    { key: "left", label: t("curve.gone"), colour: 1, values: (s) => s.columns.left, isStepped: true },
    { key: "closed", label: t("curve.closed"), colour: 3, values: (s) => s.columns.closed, isStepped: true },
    { key: "lost", label: t("curve.lost"), colour: 4, values: (s) => s.columns.lost, isStepped: true },
  ],
});

const units = (): ChartSpec => ({
  key: "units",
  title: t("chart.units"),
  say: compact,
  steps: COUNTS,
  curves: [
    { key: "sold", label: t("curve.sold"), colour: 3, values: (s) => s.columns.sold, isStepped: true },
    { key: "held", label: t("curve.held"), colour: 2, values: (s) => s.columns.held, isStepped: true },
    { key: "left", label: t("curve.left"), colour: 1, values: (s) => s.columns.available, isStepped: true },
  ],
});

const revenue = (currency: string): ChartSpec => ({
  key: "revenue",
  title: t("chart.revenue"),
  say: (minor) => amount(Math.round(minor), currency),
  steps: stepsFrom(minorPerUnit(currency)),
  curves: [
    {
      key: "revenue",
      label: t("chart.revenue"),
      colour: 1,
      values: (s) => s.columns.revenue_minor,
      isStepped: true,
    },
  ],
});
