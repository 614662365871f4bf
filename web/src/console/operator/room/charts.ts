// The charts of a room: its line, its speed against the limit, its units, and the services behind it.
import { number } from "../../../common/format.ts";
import type { ChartSpec } from "../../charts/curves.ts";
import { COUNTS } from "../../charts/steps.ts";
import { compact, milliseconds, rate } from "../../format.ts";
import { t } from "../texts/index.ts";

/** Made anew with the language, which its labels are in. Before a site nobody orders or pays. */
export function roomCharts(sellsUnits: boolean): ChartSpec[] {
  if (!sellsUnits) return [line(), speed(), passes(), delays()];
  return [line(), speed(), units(), orders(), delays(), provider()];
}

const line = (): ChartSpec => ({
  key: "line",
  title: t("chart.line"),
  say: compact,
  steps: COUNTS,
  curves: [{ key: "waiting", label: t("curve.waiting"), colour: 1, values: (s) => s.columns.waiting }],
});

const speed = (): ChartSpec => ({
  key: "speed",
  title: t("chart.speed"),
  say: rate,
  steps: COUNTS,
  curves: [
    { key: "admitted", label: t("curve.admitted"), colour: 1, values: (s) => s.columns.admitted },
    { key: "joined", label: t("curve.joined"), colour: 3, values: (s) => s.columns.joined },
    {
      key: "limit",
      label: t("curve.limit"),
      colour: 2,
      values: (s) => s.columns.admission_rate_per_second,
      isStepped: true,
      isLimit: true,
    },
  ],
});

const units = (): ChartSpec => ({
  key: "units",
  title: t("chart.units"),
  say: compact,
  steps: COUNTS,
  curves: [
    {
      key: "available",
      label: t("curve.available"),
      colour: 1,
      values: (s) => s.columns.available,
      isStepped: true,
    },
    { key: "held", label: t("curve.held"), colour: 2, values: (s) => s.columns.held, isStepped: true },
    { key: "sold", label: t("curve.sold"), colour: 3, values: (s) => s.columns.sold, isStepped: true },
  ],
});

const orders = (): ChartSpec => ({
  key: "orders",
  title: t("chart.orders"),
  say: rate,
  steps: COUNTS,
  curves: [
    { key: "placed", label: t("curve.placed"), colour: 1, values: (s) => s.columns.placed },
    { key: "confirmed", label: t("curve.confirmed"), colour: 3, values: (s) => s.columns.confirmed },
  ],
});

/** An order of a visit is a pass that was made out. */
const passes = (): ChartSpec => ({
  key: "passes",
  title: t("chart.passes"),
  say: rate,
  steps: COUNTS,
  curves: [{ key: "placed", label: t("curve.given"), colour: 1, values: (s) => s.columns.placed }],
});

const delays = (): ChartSpec => ({
  key: "delays",
  title: t("chart.delays"),
  say: milliseconds,
  steps: COUNTS,
  curves: [
    { key: "lag", label: t("curve.command_lag"), colour: 1, values: (s) => s.columns.command_lag_ms },
    { key: "commit", label: t("curve.commit"), colour: 2, values: (s) => s.columns.commit_ms },
  ],
});

const provider = (): ChartSpec => ({
  key: "provider",
  title: t("chart.provider"),
  say: number,
  steps: COUNTS,
  curves: [
    { key: "errors", label: t("curve.provider_errors"), colour: 4, values: (s) => s.columns.provider_errors },
    {
      key: "breaker",
      label: t("curve.breaker"),
      colour: 2,
      values: (s) => s.columns.breaker,
      isStepped: true,
      isLimit: true,
      say: breaker,
    },
  ],
});

const BREAKER = ["breaker.closed", "breaker.half_open", "breaker.open"] as const;

const breaker = (state: number) => t(BREAKER[state] ?? "breaker.open");
