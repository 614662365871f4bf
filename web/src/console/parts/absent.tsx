// Who was away at their turn, and who came and did nothing.
import type { Numbers } from "../api/types.ts";
import { t } from "../texts/index.ts";

export function Absent({ numbers: { line, no_shows } }: { numbers: Numbers }) {
  const missed = line?.missed ?? 0;
  if (missed === 0 && no_shows.of === 0) return null;
  return (
    <p class="small">
      {t("figure.missed", { count: missed })} ·{" "}
      {t("figure.no_shows", { count: no_shows.orders, of: no_shows.of })}
    </p>
  );
}
