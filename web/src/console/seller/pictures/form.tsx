// The picture of a product or a drop: another one, or none.
import { useSignal } from "@preact/signals";
import { announceNow } from "../../../common/announce.ts";
import type { Picture } from "../../api/types.ts";
import { Field } from "../../parts/fields.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useAct } from "../../state/act.ts";
import { t } from "../texts/index.ts";
import { KINDS, pictureFault } from "./check.ts";
import { Thumb } from "./thumb.tsx";

interface PictureFormProps {
  picture: Picture | null;
  hint: string;
  put: (file: Blob) => Promise<unknown>;
  remove: () => Promise<unknown>;
  onChanged: () => void;
  /** Closes the form where it can be closed. */
  onCancel?: () => void;
}

export function PictureForm({ picture, hint, put, remove, onChanged, onCancel }: PictureFormProps) {
  const { busy, refusal, run } = useAct();
  const file = useSignal<File | null>(null);
  // A field for files cannot be emptied but by another one.
  const round = useSignal(0);
  const fault = file.value === null ? null : pictureFault(file.value);
  const isReady = file.value !== null && fault === null;
  const change = async (act: () => Promise<unknown>, said: string) => {
    if (!(await run(act))) return;
    file.value = null;
    round.value += 1;
    announceNow(t("act.done", { act: said }));
    onChanged();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const chosen = file.peek();
    if (chosen !== null && isReady) void change(() => put(chosen), t("picture.put"));
  };
  return (
    <form onSubmit={submit}>
      {picture !== null && <Thumb picture={picture} />}
      <FileField
        key={round.value}
        hint={hint}
        fault={fault === null ? null : t(`picture.fault.${fault}`)}
        set={(chosen) => {
          file.value = chosen;
        }}
      />
      <Problem refusal={refusal} />
      <div class="act-row">
        {onCancel !== undefined && (
          <button type="button" class="button quiet" onClick={onCancel}>
            {t("act.cancel")}
          </button>
        )}
        {picture !== null && (
          <button
            type="button"
            class="button quiet"
            disabled={busy}
            onClick={() => void change(remove, t("picture.remove"))}
          >
            {t("picture.remove")}
          </button>
        )}
        <button type="submit" class="button" disabled={busy || !isReady}>
          {t("picture.put")}
        </button>
      </div>
    </form>
  );
}

interface FileFieldProps {
  hint: string;
  fault: string | null;
  set: (file: File | null) => void;
}

export function FileField({ hint, fault, set }: FileFieldProps) {
  return (
    <Field label={t("picture.file")} hint={hint} fault={fault}>
      {(ties) => (
        <input
          {...ties}
          type="file"
          accept={KINDS.join(",")}
          onChange={(event) => set(event.currentTarget.files?.[0] ?? null)}
        />
      )}
    </Field>
  );
}
