// A chart as uPlot draws it.
import uPlot from "uplot";
import { currentLanguage } from "../../common/language.ts";
import { type Act, marksOf } from "./acts.ts";
import type { Colours } from "./colours.ts";
import type { ChartSpec, Curve } from "./curves.ts";

/** What changes while a chart stays: read anew each time it is drawn. */
export interface Scene {
  fromS: number;
  toS: number;
  acts: readonly Act[];
  showsDays: boolean;
  /** Says a place on the axis; it is a time of the clock if left out. */
  sayX?: (at: number) => string;
}

interface Plotting {
  spec: ChartSpec;
  colours: Colours;
  scene: () => Scene;
  /** Is told the moment under the pointer, and null when it leaves. */
  onPoint: (at: number | null) => void;
  width: number;
}

/** Sizes in rem, so that a chart is as large as the text around it. */
const HEIGHT = 11.25;
const FONT = 0.75;
/** Width of a digit of that font. */
const DIGIT = 0.47;
/** Of the times below a chart: how high they are, and how far below it, apart and from its end. */
const TIMES = { height: 1.75, below: 0.6, apart: 4.75, end: 2 };
/** Room for the numbers of a mark. */
const MARK = 2.75;

export function plotOptions({ spec, colours, scene, onPoint, width }: Plotting): uPlot.Options {
  const rem = pixelsOfRem();
  const axis = {
    stroke: colours.ink,
    font: `${FONT * rem}px system-ui, sans-serif`,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT * rem,
    // What stands at the end of a chart, a time or a mark's number, is not cut.
    padding: [null, TIMES.end * rem, null, null],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { time: true, range: () => [scene().fromS, scene().toS] },
      y: { range: (_, __, max) => [0, Math.max(spec.steps[0] ?? 1, max ?? 0) * 1.1] },
    },
    axes: [
      {
        ...axis,
        size: TIMES.height * rem,
        gap: TIMES.below * rem,
        space: TIMES.apart * rem,
        values: (_, moments) => moments.map((at) => tickOf(at, scene())),
      },
      {
        ...axis,
        size: (_, values) => widthOf(values, rem),
        incrs: [...spec.steps],
        values: (_, values) => values.map((value) => spec.say(value)),
      },
    ],
    series: [{}, ...spec.curves.map((curve) => seriesOf(curve, colours))],
    hooks: {
      draw: [(plot) => drawActs(plot, scene().acts, colours, rem)],
      ready: [(plot) => listen(plot, onPoint)],
    },
  };
}

const pixelsOfRem = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** As wide as the longest value needs, pixels. The first time there is none yet. */
const widthOf = (values: string[] | null, rem: number) =>
  Math.max(3 * rem, ...(values ?? []).map((value) => value.length * DIGIT * rem + 14));

function seriesOf(curve: Curve, colours: Colours): uPlot.Series {
  const stroke = colours.curves[curve.colour - 1] ?? colours.ink;
  return {
    stroke,
    width: curve.isLimit === true ? 1.5 : 2,
    points: { show: false, filter: alone },
    ...(curve.isLimit === true ? { dash: [6, 4] } : {}),
    ...(curve.isStepped === true ? { paths: uPlot.paths.stepped?.({ align: 1 }) } : {}),
  };
}

/** The values with none on either side: no line goes through them. */
function alone(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  const isAlone = (n: number) => values[n] != null && values[n - 1] == null && values[n + 1] == null;
  return [...values.keys()].filter(isAlone);
}

function tickOf(at: number, { showsDays, sayX }: Scene): string {
  if (sayX !== undefined) return sayX(at);
  const options: Intl.DateTimeFormatOptions = showsDays
    ? { month: "short", day: "numeric" }
    : { hour: "numeric", minute: "2-digit" };
  return new Intl.DateTimeFormat(currentLanguage(), options).format(at * 1_000);
}

/** uPlot's own hook also tells of a pointer that stays while the chart moves on under it. */
function listen(plot: uPlot, onPoint: Plotting["onPoint"]): void {
  plot.over.addEventListener("mousemove", (event) => {
    onPoint(plot.data[0]?.[plot.posToIdx(event.offsetX)] ?? null);
  });
  plot.over.addEventListener("mouseleave", () => onPoint(null));
}

/** Draws a line for each act, or for some that are close to each other, with their numbers at the top. */
function drawActs(plot: uPlot, acts: readonly Act[], colours: Colours, rem: number): void {
  const { ctx, bbox } = plot;
  const { pxRatio } = uPlot;
  ctx.save();
  ctx.strokeStyle = colours.mark;
  ctx.fillStyle = colours.mark;
  ctx.lineWidth = pxRatio;
  ctx.font = `600 ${0.7 * rem * pxRatio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "top";
  ctx.setLineDash([3 * pxRatio, 3 * pxRatio]);
  const xOf = (act: Act) => plot.valToPos(act.at, "x", true);
  for (const { x, first, last } of marksOf(acts, xOf, MARK * rem * pxRatio)) {
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(first === last ? String(first) : `${first}–${last}`, x + 3 * pxRatio, bbox.top);
  }
  ctx.restore();
}
