// Fields of forms: each with its label, a hint, and what is wrong with it.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Around {
  label: string;
  hint?: ComponentChildren;
  /** What is wrong with the value, if something is. */
  fault?: string | null;
}

interface Ties {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

/** Ties a control to its label, its hint and its fault. */
export function Field({
  label,
  hint,
  fault,
  children,
}: Around & { children: (ties: Ties) => ComponentChildren }) {
  const id = useId();
  const [hintId, faultId] = [`${id}-hint`, `${id}-fault`];
  const isWrong = fault !== undefined && fault !== null;
  const describedBy = [hint === undefined ? "" : hintId, isWrong ? faultId : ""].filter(Boolean).join(" ");
  const ties: Ties = { id };
  if (describedBy !== "") ties["aria-describedby"] = describedBy;
  if (isWrong) ties["aria-invalid"] = true;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(ties)}
      {hint !== undefined && (
        <p id={hintId} class="hint">
          {hint}
        </p>
      )}
      {isWrong && (
        <p id={faultId} class="fault">
          {fault}
        </p>
      )}
    </div>
  );
}

interface TextProps extends Around {
  value: string;
  set: (value: string) => void;
  type?: "text" | "password" | "search" | "url" | "datetime-local";
  maxLength?: number;
  inputMode?: "text" | "decimal" | "numeric";
  autocomplete?: "off" | "current-password";
}

export function TextField({ label, hint, fault, value, set, ...control }: TextProps) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(ties) => (
        <input
          {...ties}
          // Preact knows which roles fit which kind; none is given here.
          type={(control.type ?? "text") as "text"}
          value={value}
          maxLength={control.maxLength}
          inputMode={control.inputMode}
          autocomplete={control.autocomplete ?? "off"}
          spellcheck={false}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** A number as it is typed; whoever reads it says whether it is one. */
export const NumberField = (props: Omit<TextProps, "type" | "inputMode">) => (
  <TextField {...props} inputMode="decimal" />
);

export function AreaField({
  label,
  hint,
  fault,
  value,
  set,
  maxLength,
}: Around & { value: string; set: (value: string) => void; maxLength?: number }) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(ties) => (
        <textarea
          {...ties}
          rows={3}
          value={value}
          maxLength={maxLength}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export interface Option<Value extends string> {
  value: Value;
  label: string;
}

export function SelectField<Value extends string>({
  label,
  hint,
  fault,
  value,
  options,
  set,
}: Around & { value: Value; options: readonly Option<Value>[]; set: (value: Value) => void }) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(ties) => (
        <select {...ties} value={value} onChange={(event) => set(event.currentTarget.value as Value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** One of a few, all of them seen at once. */
export function ChoiceField<Value extends string>({
  label,
  value,
  options,
  set,
}: {
  label: string;
  value: Value;
  options: readonly (Option<Value> & { hint?: string })[];
  set: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value} class="check">
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => set(option.value)}
          />
          <span>
            {option.label}
            {option.hint !== undefined && <small>{option.hint}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export function CheckField({
  label,
  hint,
  value,
  set,
}: {
  label: string;
  hint?: string;
  value: boolean;
  set: (value: boolean) => void;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={value} onChange={(event) => set(event.currentTarget.checked)} />
      <span>
        {label}
        {hint !== undefined && <small>{hint}</small>}
      </span>
    </label>
  );
}
