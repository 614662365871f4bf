// The charts of a running drop, as its seller sees it.
import type { ChartSpec, Curve } from "../../charts/curves.ts";
import { amount, compact, rate } from "../../format.ts";
import { t } from "../texts/index.ts";

/** Made anew with the language, which its labels are in. */
export function dropCharts(currency: string, sellsUnits: boolean): ChartSpec[] {
  return [line(), speed(sellsUnits), ...(sellsUnits ? [units(), revenue(currency)] : [])];
}

const line = (): ChartSpec => ({
  key: "line",
  title: t("chart.line"),
  say: compact,
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
  return { key: "speed", title: t("chart.speed"), say: rate, curves: sellsUnits ? [...ways, paid] : ways };
}

const units = (): ChartSpec => ({
  key: "units",
  title: t("chart.units"),
  say: compact,
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
