// What a chart shows: its curves, each a column of the history or made of one.
import { last, type Samples, type Values } from "./samples.ts";

export interface Curve {
  /** Names it among the curves of its chart. */
  key: string;
  label: string;
  /** Number of its colour, from 1. */
  colour: 1 | 2 | 3 | 4;
  values: (samples: Samples) => Values;
  /** Whether it stays as it is until it changes: a state, a limit, a stock. */
  isStepped?: boolean;
  /** Whether it is a limit and no measure. */
  isLimit?: boolean;
  /** Formats its values, if not as its chart does. */
  say?: (value: number) => string;
  /** Its value now, where that is known better than by its last sample. */
  now?: number;
}

export interface ChartSpec {
  key: string;
  title: string;
  curves: readonly Curve[];
  /** Formats a value of its curves. */
  say: (value: number) => string;
  /** How far apart the figures on its axis may stand, the least first, which is also the least that it shows. */
  steps: readonly number[];
  /** What stands in its place where no value is known, if it can be said better than of any chart. */
  empty?: string;
}

/** Whether none of the curves has a value: there is nothing to draw. */
export const isEmpty = (spec: ChartSpec, samples: Samples) =>
  spec.curves.every((curve) => last(curve.values(samples)) === null);

/** Returns the curves as uPlot takes them: moments first, then a column for each. */
export const tableOf = (spec: ChartSpec, samples: Samples): [number[], ...Values[]] => [
  samples.at,
  ...spec.curves.map((curve) => curve.values(samples)),
];
