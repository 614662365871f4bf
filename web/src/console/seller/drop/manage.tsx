// What a seller can do with a drop: pause it, set its times and lanes, show it, correct its texts, call it off.
import { useSignal } from "@preact/signals";
import {
  cancelDrop,
  changeFailurePolicy,
  deleteDropPicture,
  pauseDrop,
  putDropPicture,
  readFailurePolicy,
  resumeDrop,
} from "../../api/seller.ts";
import type { Drop } from "../../api/types.ts";
import { ActDialog, type Question, type Reasons } from "../../parts/act_dialog.tsx";
import { FailurePart } from "../../parts/failure/part.tsx";
import { Told } from "../../parts/told.tsx";
import { Lanes } from "../lanes/part.tsx";
import { PictureForm } from "../pictures/form.tsx";
import { t } from "../texts/index.ts";
import { isOver } from "./over.ts";
import { Schedule } from "./schedule.tsx";
import { Settings } from "./settings.tsx";
import { Texts } from "./texts.tsx";

interface PartProps {
  drop: Drop;
  onChanged: () => void;
}

export function ManagePart({ drop, noShowPercent, onChanged }: PartProps & { noShowPercent: number }) {
  const settings = <Settings drop={drop} noShowPercent={noShowPercent} />;
  if (isOver(drop))
    return (
      <>
        <p>{t("manage.over")}</p>
        {settings}
      </>
    );
  const isBefore = drop.state === "draft" || drop.state === "scheduled";
  return (
    <>
      <Acts drop={drop} onChanged={onChanged} />
      {isBefore && <Schedule drop={drop} onChanged={onChanged} />}
      {isBefore && drop.fulfilment !== "pass" && <Lanes drop={drop} onChanged={onChanged} />}
      {drop.fulfilment === "pass" && <Failure drop={drop} />}
      <Texts drop={drop} onChanged={onChanged} />
      <DropPicture drop={drop} onChanged={onChanged} />
      {settings}
    </>
  );
}

const Failure = ({ drop }: { drop: Drop }) => (
  <FailurePart
    dropId={drop.id}
    isForAll={!(drop.members_only || drop.invite_only || drop.manual)}
    mayChange={true}
    read={readFailurePolicy}
    change={changeFailurePolicy}
  />
);

function DropPicture({ drop, onChanged }: PartProps) {
  return (
    <section class="tile panel" aria-label={t("picture.title")}>
      <h2>{t("picture.title")}</h2>
      <PictureForm
        picture={drop.picture}
        hint={t(drop.fulfilment === "pass" ? "picture.hint.site" : "picture.hint.drop")}
        put={(file) => putDropPicture(drop.id, file)}
        remove={() => deleteDropPicture(drop.id)}
        onChanged={onChanged}
      />
    </section>
  );
}

/** An act with its question. */
interface Asked {
  question: Question;
  act: (reasons: Reasons) => Promise<unknown>;
}

function Acts({ drop, onChanged }: PartProps) {
  const asked = useSignal<Asked | null>(null);
  const ask = (next: Asked) => {
    asked.value = next;
  };
  return (
    <section class="tile panel" aria-label={t("manage.acts")}>
      <h2>{t("manage.acts")}</h2>
      {drop.message !== undefined && <Told words={drop.message} />}
      <div class="act-row">
        {drop.mode === "running" ? (
          <button type="button" class="button quiet" onClick={() => ask(pausing(drop))}>
            {t("act.pause")}
          </button>
        ) : (
          <button type="button" class="button quiet" onClick={() => ask(resuming(drop))}>
            {t("act.resume")}
          </button>
        )}
        <button type="button" class="button quiet danger" onClick={() => ask(cancelling(drop))}>
          {t("act.cancel_drop")}
        </button>
      </div>
      {asked.value !== null && (
        <ActDialog
          question={asked.value.question}
          act={asked.value.act}
          onDone={onChanged}
          onClose={() => {
            asked.value = null;
          }}
        />
      )}
    </section>
  );
}

const pausing = (drop: Drop): Asked => ({
  question: {
    title: t("act.pause"),
    hint: t("act.pause.hint"),
    verb: t("act.pause"),
    whyLabel: t("act.why"),
    takesMessage: true,
  },
  act: (reasons) => pauseDrop(drop.id, reasons),
});

const resuming = (drop: Drop): Asked => ({
  question: {
    title: t("act.resume"),
    hint: t("act.resume.hint"),
    verb: t("act.resume"),
    whyLabel: t("act.why"),
    takesMessage: true,
  },
  act: (reasons) => resumeDrop(drop.id, reasons),
});

const cancelling = (drop: Drop): Asked => ({
  question: {
    title: t("act.cancel_drop"),
    hint: t("act.cancel_drop.hint"),
    verb: t("act.cancel_drop"),
    whyLabel: t("act.cancel_drop.reason"),
    name: drop.title,
    isDangerous: true,
  },
  act: ({ why }) => cancelDrop(drop.id, why),
});
