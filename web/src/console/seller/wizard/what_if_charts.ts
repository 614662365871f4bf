// How a sale would go, as curves: who comes and is let in, the line, the units.
import type { WhatIf } from "../../api/seller_types.ts";
import type { ChartSpec } from "../../charts/curves.ts";
import { type Samples, samplesOf } from "../../charts/samples.ts";
import { COUNTS } from "../../charts/steps.ts";
import { compact, rate } from "../../format.ts";
import { t } from "../texts/index.ts";

/** Takes the answer for a history that begins with the opening, at 0. */
export function samplesOfWhatIf(answer: WhatIf): Samples {
  const { step_s, joined, waiting, admitted, held, sold, available } = answer;
  const at = joined.map((_, n) => new Date(n * step_s * 1_000).toISOString());
  return samplesOf({ step_s, at, joined, waiting, admitted, held, sold, available });
}

/** Made anew with the language, which its labels are in. */
export function whatIfCharts(sellsUnits: boolean): ChartSpec[] {
  return [speed(), line(), ...(sellsUnits ? [units()] : [])];
}

const speed = (): ChartSpec => ({
  key: "speed",
  title: t("chart.speed"),
  say: rate,
  steps: COUNTS,
  curves: [
    { key: "joined", label: t("curve.joined"), colour: 3, values: (s) => s.columns.joined },
    { key: "admitted", label: t("curve.admitted"), colour: 1, values: (s) => s.columns.admitted },
  ],
});

const line = (): ChartSpec => ({
  key: "line",
  title: t("chart.line"),
  say: compact,
  steps: COUNTS,
  curves: [{ key: "waiting", label: t("curve.waiting"), colour: 1, values: (s) => s.columns.waiting }],
});

const units = (): ChartSpec => ({
  key: "units",
  title: t("chart.units"),
  say: compact,
  steps: COUNTS,
  curves: [
    { key: "sold", label: t("curve.sold"), colour: 3, values: (s) => s.columns.sold },
    { key: "held", label: t("curve.held"), colour: 2, values: (s) => s.columns.held },
    { key: "left", label: t("curve.left"), colour: 1, values: (s) => s.columns.available },
  ],
});
