// A drop while it runs: how far people get, the line over time, what is sold and what it brings.
import { useMemo } from "preact/hooks";
import { digits } from "../../../common/format.ts";
import { readHistory } from "../../api/seller.ts";
import type { Drop, Numbers } from "../../api/types.ts";
import { Board } from "../../charts/board.tsx";
import { amount, compact, share } from "../../format.ts";
import { Figure, Figures } from "../../parts/small.tsx";
import { language } from "../../state/language.ts";
import { t } from "../texts/index.ts";
import { ByLane, ByVariant } from "./by_part.tsx";
import { dropCharts } from "./charts.ts";
import { Funnel } from "./funnel_view.tsx";
import { atNow } from "./now.ts";
import { isOver } from "./over.ts";

/** The audit log is the operators': a seller's charts have no marks. */
const NO_ENTRIES: [] = [];

export function LivePart({ drop, numbers }: { drop: Drop; numbers: Numbers }) {
  const sellsUnits = drop.fulfilment !== "pass";
  const charts = useMemo(
    () => dropCharts(numbers.currency, sellsUnits),
    [numbers.currency, sellsUnits, language.value],
  );
  const { line, units } = numbers;
  // An older server tells nothing of it.
  const waits = numbers.waits ?? null;
  return (
    <>
      <Figures>
        <Figure
          label={t("figure.waiting")}
          value={line === null ? "–" : compact(line.waiting)}
          hint={line === null ? t("figure.line_unknown") : t("figure.joined", { count: line.joined })}
        />
        <Figure
          label={t("figure.waited")}
          value={waits === null ? "–" : digits(waits.p50_ms)}
          hint={
            waits === null
              ? t("figure.nobody_let_in")
              : t("figure.waited_most", { time: digits(waits.p90_ms), count: waits.people })
          }
        />
        {sellsUnits ? (
          <>
            <Figure
              label={t("figure.left")}
              value={compact(units.available)}
              hint={t("figure.held_of", { held: units.reserved, total: units.total })}
            />
            <Figure
              label={t("figure.sold")}
              value={compact(units.sold)}
              hint={share(units.sold, units.total)}
            />
            <Figure label={t("figure.revenue")} value={amount(numbers.revenue_minor, numbers.currency)} />
          </>
        ) : (
          <Figure label={t("figure.inside")} value={line === null ? "–" : compact(line.occupied)} />
        )}
      </Figures>
      <Funnel numbers={numbers} sellsUnits={sellsUnits} />
      {sellsUnits && <ByVariant variants={drop.variants} />}
      <ByLane lanes={drop.lanes ?? []} />
      <Board
        dropId={drop.id}
        charts={atNow(charts, numbers)}
        read={(span) => readHistory(drop.id, span)}
        entries={NO_ENTRIES}
        isOver={isOver(drop)}
      />
    </>
  );
}
