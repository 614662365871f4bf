// A field for a moment, in whatever zone somebody thinks.
import { wallMoment } from "../format.ts";
import { ChoiceField, Field } from "../parts/fields.tsx";
import { t } from "../texts/index.ts";
import { momentOf, momentsOf, ownZone, type WallTime, zones } from "./zones.ts";

interface WallFieldProps {
  label: string;
  hint?: string;
  fault?: string | null;
  value: WallTime;
  set: (value: WallTime) => void;
}

export function WallField({ label, hint, fault, value, set }: WallFieldProps) {
  const moments = momentsOf(value.local, value.zone);
  const isSkipped = value.local !== "" && moments.length === 0;
  return (
    <div class="wall">
      <Field label={label} hint={hint} fault={isSkipped ? t("time.skipped") : fault}>
        {(ties) => (
          <input
            {...ties}
            type="datetime-local"
            value={value.local}
            onInput={(event) => set({ ...value, local: event.currentTarget.value })}
          />
        )}
      </Field>
      <ZoneField value={value.zone} set={(zone) => set({ ...value, zone })} />
      {moments.length === 2 && (
        <ChoiceField
          label={t("time.twice")}
          value={value.isLater ? "later" : "earlier"}
          options={[
            { value: "earlier", label: t("time.earlier") },
            { value: "later", label: t("time.later") },
          ]}
          set={(which) => set({ ...value, isLater: which === "later" })}
        />
      )}
      <Meaning value={value} />
    </div>
  );
}

export function ZoneField({ value, set }: { value: string; set: (zone: string) => void }) {
  return (
    <Field label={t("time.zone")}>
      {(ties) => (
        <select {...ties} value={value} onChange={(event) => set(event.currentTarget.value)}>
          {zones().map((zone) => (
            <option key={zone} value={zone}>
              {zone.replaceAll("_", " ")}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** The same moment in UTC and in the reader's own zone, to be sure. */
function Meaning({ value }: { value: WallTime }) {
  const ms = momentOf(value);
  if (ms === null) return null;
  const others = [...new Set([ownZone(), "UTC"])].filter((zone) => zone !== value.zone);
  if (others.length === 0) return null;
  return (
    <p class="hint">
      {t("time.same")}
      {others.map((zone) => (
        <span key={zone} class="line">
          {wallMoment(ms, zone)}
        </span>
      ))}
    </p>
  );
}
