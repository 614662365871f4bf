// Buttons, and the questions that acts ask.
import { useSignal } from "@preact/signals";
import { ActDialog, type Question } from "../../console/parts/act_dialog.tsx";
import { Shown } from "../shown.tsx";
import { t } from "../texts.ts";

const LOOKS = ["button", "button quiet", "button danger", "button quiet danger", "button link"];

export const Buttons = () => (
  <Shown title={t("buttons")}>
    {[false, true].map((disabled) => (
      <div key={String(disabled)} class="act-row">
        {LOOKS.map((look) => (
          <button key={look} type="button" class={look} disabled={disabled}>
            {look}
          </button>
        ))}
      </div>
    ))}
    <button type="button" class="button wide">
      button wide
    </button>
  </Shown>
);

export function Questions() {
  const asked = useSignal<Question | null>(null);
  const usual: Question = { title: t("usual"), hint: t("question"), verb: t("usual"), whyLabel: t("hint") };
  const dangerous: Question = {
    ...usual,
    title: t("dangerous"),
    takesMessage: true,
    isDangerous: true,
    name: "Harbour bell",
  };
  return (
    <Shown title={t("acts")}>
      <div class="act-row">
        {[usual, dangerous].map((question) => (
          <button
            key={question.title}
            type="button"
            class={question.isDangerous === true ? "button quiet danger" : "button quiet"}
            onClick={() => {
              asked.value = question;
            }}
          >
            {question.title}
          </button>
        ))}
      </div>
      {asked.value !== null && (
        <ActDialog
          question={asked.value}
          act={async () => {}}
          onDone={() => {}}
          onClose={() => {
            asked.value = null;
          }}
        />
      )}
    </Shown>
  );
}
