// The charts of the processes that keep lines: of each its streams, those who wait, its memory.
import type { AdmissionColumns } from "../../api/operator_types.ts";
import type { ChartSpec, Curve } from "../../charts/curves.ts";
import { COUNTS, stepsFrom } from "../../charts/steps.ts";
import { bytes, compact } from "../../format.ts";
import { type Key, t } from "../texts/index.ts";

/** Curves of one chart have colours of their own; more processes have more charts. */
const COLOURS = [1, 2, 3, 4] as const;

type Column = "sockets" | "waiting" | "memory_bytes";

/** A megabyte. */
const MEMORY = stepsFrom(1_000_000);

const COLUMNS: readonly (Pick<ChartSpec, "say" | "steps"> & { column: Column; title: Key })[] = [
  { column: "sockets", title: "chart.sockets", say: compact, steps: COUNTS },
  { column: "waiting", title: "chart.followed", say: compact, steps: COUNTS },
  { column: "memory_bytes", title: "chart.memory", say: bytes, steps: MEMORY },
];

/** Made anew with each answer, whose values its curves are. */
export function admissionCharts(instances: readonly AdmissionColumns[]): ChartSpec[] {
  const groups: AdmissionColumns[][] = [];
  for (let first = 0; first < instances.length; first += COLOURS.length)
    groups.push(instances.slice(first, first + COLOURS.length));
  return groups.flatMap((group, n) =>
    COLUMNS.map(({ column, title, ...axis }) => ({
      key: [column, ...group.map(({ instance }) => instance)].join(" "),
      title: groups.length === 1 ? t(title) : t("chart.of_group", { chart: t(title), group: n + 1 }),
      ...axis,
      curves: group.map((columns, place) => curveOf(columns, column, place)),
    })),
  );
}

const curveOf = (columns: AdmissionColumns, column: Column, place: number): Curve => ({
  key: columns.instance,
  label: endOf(columns.instance),
  colour: COLOURS[place] ?? 1,
  values: () => columns[column],
});

/** The end of an id: its beginning is when the process was started, and others were with it. */
const endOf = (instance: string) => instance.slice(-6);
