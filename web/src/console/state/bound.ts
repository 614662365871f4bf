// Ties a field of a form to a signal.
import type { Signal } from "@preact/signals";

/** What a field needs to show a signal's value and to change it. */
export const bound = <Value>(field: Signal<Value>) => ({
  value: field.value,
  set: (value: Value) => {
    field.value = value;
  },
});
