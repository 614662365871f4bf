// Asks before something is done: why, what those who wait are told, and for dangerous acts the drop's name.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { announceNow } from "../../common/announce.ts";
import type { Words } from "../../common/language.ts";
import { useAct } from "../state/act.ts";
import { bound } from "../state/bound.ts";
import { t } from "../texts/index.ts";
import { Dialog } from "./dialog.tsx";
import { AreaField, TextField } from "./fields.tsx";
import { namesIt } from "./names_it.ts";
import { Problem } from "./problem.tsx";
import { NO_WORDS, wordsOf } from "./words.ts";
import { WordsFields } from "./words_fields.tsx";

/** What somebody gave as their reasons. */
export interface Reasons {
  /** For the audit log. */
  why: string;
  /** To those who wait; undefined leaves none. */
  message: Words | undefined;
}

export interface Question {
  title: string;
  hint: string;
  /** What the button says that does it. */
  verb: string;
  /** The label of the reason; without one, none is asked for. */
  whyLabel?: string;
  takesMessage?: boolean;
  /** What has to be typed before it is done. */
  name?: string;
  isDangerous?: boolean;
}

interface ActDialogProps {
  question: Question;
  act: (reasons: Reasons) => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
  children?: ComponentChildren;
}

const MAX_TEXT = 500;

export function ActDialog({ question, act, onDone, onClose, children }: ActDialogProps) {
  const { busy, refusal, run } = useAct();
  const why = useSignal("");
  const message = useSignal(NO_WORDS);
  const typed = useSignal("");
  const lacksWhy = question.whyLabel !== undefined && why.value.trim() === "";
  const lacksName = question.name !== undefined && !namesIt(typed.value, question.name);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (lacksWhy || lacksName) return;
    const done = await run(() => act({ why: why.value.trim(), message: wordsOf(message.value) }));
    if (!done) return;
    announceNow(t("act.done", { act: question.title }));
    onClose();
    onDone();
  };
  return (
    <Dialog title={question.title} onClose={onClose}>
      <form onSubmit={submit}>
        <p>{question.hint}</p>
        {children}
        {question.takesMessage === true && <WordsFields {...bound(message)} maxLength={MAX_TEXT} />}
        {question.whyLabel !== undefined && (
          <AreaField
            label={question.whyLabel}
            hint={t("act.why.hint")}
            {...bound(why)}
            maxLength={MAX_TEXT}
          />
        )}
        {question.name !== undefined && (
          <TextField label={t("act.name", { name: question.name })} {...bound(typed)} />
        )}
        <Problem refusal={refusal} />
        <div class="actions">
          <button type="button" class="button quiet" onClick={onClose}>
            {t("act.cancel")}
          </button>
          <button
            type="submit"
            class={question.isDangerous === true ? "button danger" : "button"}
            disabled={busy || lacksWhy || lacksName}
          >
            {question.verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
