// A room's figures now, and what holds it back.
import { number } from "../../../common/format.ts";
import type { LimitsAnswer } from "../../api/operator_types.ts";
import type { Numbers } from "../../api/types.ts";
import { amount, compact, rate, share } from "../../format.ts";
import { Figure, Figures } from "../../parts/small.tsx";
import { toCome } from "../ended.ts";
import { t, tOr } from "../texts/index.ts";
import type { Lately, Pressure } from "./pressure.ts";

interface RoomFiguresProps {
  numbers: Numbers;
  limits: LimitsAnswer;
  lately: Lately | null;
  sellsUnits: boolean;
}

export function RoomFigures({ numbers, limits, lately, sellsUnits }: RoomFiguresProps) {
  const { line, units } = numbers;
  const speed = lately?.admittedPerSecond ?? null;
  return (
    <Figures>
      <Figure
        label={t("figure.waiting")}
        value={line === null ? "–" : compact(line.waiting)}
        hint={
          line === null
            ? t(toCome(limits.state) ? "figure.no_line_yet" : "figure.line_unknown")
            : t("figure.joined", { count: line.joined })
        }
      />
      <Figure
        label={t("figure.admitted")}
        value={speed === null ? "–" : rate(speed)}
        hint={t("figure.of_limit", { limit: rate(limits.admission_rate_per_second) })}
      />
      <Figure
        label={t("figure.occupied")}
        value={line === null ? "–" : compact(line.occupied)}
        hint={t("figure.of_limit", { limit: number(limits.occupancy_cap) })}
      />
      {sellsUnits && (
        <Figure
          label={t("figure.left")}
          value={compact(units.available)}
          hint={t("figure.held_of", { held: units.reserved, total: units.total })}
        />
      )}
      {sellsUnits && (
        <Figure
          label={t("figure.sold")}
          value={compact(units.sold)}
          hint={`${share(units.sold, units.total)} · ${amount(numbers.revenue_minor, numbers.currency)}`}
        />
      )}
    </Figures>
  );
}

/** What holds the line back, the strongest reason first. */
export function Pressures({ pressures }: { pressures: readonly Pressure[] }) {
  return (
    <section class="tile panel" aria-label={t("pressure.title")}>
      <h2>{t("pressure.title")}</h2>
      <ul class="pressures">
        {pressures.map(({ code, severity, values }) => (
          <li key={code} class={`pressure-${severity}`}>
            <strong>{t(`severity.${severity}`)}</strong>{" "}
            {tOr(`pressure.${code}`, "pressure.other", { ...values, code })}
          </li>
        ))}
      </ul>
    </section>
  );
}
