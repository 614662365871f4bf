// What a drop was set to: most of it stays as it was promised.
import type { Drop } from "../../api/types.ts";
import { t } from "../texts/index.ts";
import { settingsOf } from "./settings_rows.ts";

interface SettingsProps {
  drop: Drop;
  noShowPercent: number;
}

export function Settings({ drop, noShowPercent }: SettingsProps) {
  return (
    <section class="tile panel" aria-label={t("settings.title")}>
      <h2>{t("settings.title")}</h2>
      <dl class="facts">
        {settingsOf(drop, noShowPercent).map(([label, value], n) => (
          // Lanes may have any name.
          <div class="row" key={`${n} ${label}`}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
