// The funnel of a drop: joined, let in, held, paid.
import { useId } from "preact/hooks";
import { number } from "../../../common/format.ts";
import type { Numbers } from "../../api/types.ts";
import { share } from "../../format.ts";
import { Absent } from "../../parts/absent.tsx";
import { t } from "../texts/index.ts";
import { funnelOf, lossesOf } from "./funnel.ts";

export function Funnel({ numbers, sellsUnits }: { numbers: Numbers; sellsUnits: boolean }) {
  const steps = funnelOf(numbers, sellsUnits);
  const most = Math.max(1, ...steps.map((step) => step.count ?? 0));
  const losses = lossesOf(numbers);
  const shares = steps.map((step, n) => ofBefore(step.count, steps[n - 1]?.count));
  const hasShares = shares.some((said) => said !== "");
  const hintId = useId();
  return (
    <section class="tile panel" aria-label={t("funnel.title")}>
      <h2>{t("funnel.title")}</h2>
      <ol class="funnel" aria-describedby={hasShares ? hintId : undefined}>
        {steps.map((step, n) => (
          <li key={step.name}>
            <span class="row">
              <span>{t(`funnel.${step.name}`)}</span>
              <span>
                <strong>{step.count === null ? "–" : number(step.count)}</strong> <small>{shares[n]}</small>
              </span>
            </span>
            <progress max={most} value={step.count ?? 0} aria-hidden="true" />
          </li>
        ))}
      </ol>
      {hasShares && (
        <p id={hintId} class="small">
          {t("funnel.of_before")}
        </p>
      )}
      {losses.length > 0 && (
        <p class="small">
          {t("funnel.lost")}{" "}
          {losses.map((loss) => `${t(`loss.${loss.name}`)}: ${number(loss.count)}`).join(" · ")}
        </p>
      )}
      {sellsUnits && <Absent numbers={numbers} />}
    </section>
  );
}

/** The share of those who got as far as the step before, once somebody has. */
const ofBefore = (count: number | null, before: number | null | undefined) =>
  count === null || before === null || before === undefined || before === 0 ? "" : share(count, before);
