// What the drop may do, what those who wait are told, and the acts that change both.
import { useSignal } from "@preact/signals";
import { serverNow } from "../../../common/clock.ts";
import type { Words } from "../../../common/language.ts";
import { changeMode } from "../../api/operator.ts";
import type { LimitsAnswer } from "../../api/operator_types.ts";
import { ActDialog } from "../../parts/act_dialog.tsx";
import { CheckField } from "../../parts/fields.tsx";
import { Moment } from "../../parts/small.tsx";
import { Told } from "../../parts/told.tsx";
import { bound } from "../../state/bound.ts";
import { WallField } from "../../time/wall_field.tsx";
import { momentOf, ownZone, rfc3339, type WallTime, wallOf } from "../../time/zones.ts";
import { toCome } from "../ended.ts";
import { t } from "../texts/index.ts";
import { actsIn, type ModeAct } from "./modes.ts";

const HALF_HOUR_MS = 1_800_000;

interface ModePanelProps {
  title: string;
  limits: LimitsAnswer;
  mayAct: boolean;
  onChanged: () => void;
}

export function ModePanel({ title, limits, mayAct, onChanged }: ModePanelProps) {
  const asked = useSignal<ModeAct | null>(null);
  const isToRun = limits.mode === "running" && toCome(limits.state);
  return (
    <section class="tile panel" aria-label={t("mode.title")}>
      <h2>
        {t("mode.title")}: {t(`mode.${limits.mode}`)}
      </h2>
      <p>{t(isToRun ? "mode.to_run.hint" : `mode.${limits.mode}.hint`)}</p>
      {limits.mode_until !== null && (
        <p>
          {t("mode.until")} <Moment at={limits.mode_until} />
        </p>
      )}
      {limits.message !== null && <Told words={limits.message} />}
      {mayAct && (
        <div class="act-row">
          {actsIn(limits.mode).map((act) => (
            <button
              key={act.act}
              type="button"
              class={act.isDangerous ? "button quiet danger" : "button quiet"}
              onClick={() => {
                asked.value = act;
              }}
            >
              {t(`act.${act.act}`)}
            </button>
          ))}
        </div>
      )}
      {asked.value !== null && (
        <ModeDialog
          act={asked.value}
          title={title}
          dropId={limits.drop_id}
          onDone={onChanged}
          onClose={() => {
            asked.value = null;
          }}
        />
      )}
    </section>
  );
}

interface ModeDialogProps {
  act: ModeAct;
  title: string;
  dropId: string;
  onDone: () => void;
  onClose: () => void;
}

function ModeDialog({ act, title, dropId, onDone, onClose }: ModeDialogProps) {
  const hasUntil = useSignal(false);
  const until = useSignal<WallTime>({
    local: wallOf(serverNow() + HALF_HOUR_MS, ownZone()),
    zone: ownZone(),
    isLater: false,
  });
  const change = async (why: string, message: Words | undefined) => {
    const at = act.takesUntil && hasUntil.value ? momentOf(until.value) : null;
    const body = { why, message, until: at === null ? undefined : rfc3339(at) };
    await changeMode(dropId, act.act, body);
  };
  return (
    <ActDialog
      question={{
        title: `${t(`act.${act.act}`)}: ${title}`,
        hint: t(`mode.${act.mode}.hint`),
        verb: t(`act.${act.act}`),
        whyLabel: t("act.why"),
        takesMessage: true,
        isDangerous: act.isDangerous,
        ...(act.isDangerous ? { name: title } : {}),
      }}
      act={({ why, message }) => change(why, message)}
      onDone={onDone}
      onClose={onClose}
    >
      {act.takesUntil && (
        <CheckField label={t("mode.has_until")} hint={t("mode.has_until.hint")} {...bound(hasUntil)} />
      )}
      {act.takesUntil && hasUntil.value && <WallField label={t("mode.until")} {...bound(until)} />}
    </ActDialog>
  );
}
