// Something that a person does: under way, refused or done.
import { useSignal } from "@preact/signals";
import { asRefusal, type Refusal } from "../api/call.ts";

export interface Act {
  busy: boolean;
  refusal: Refusal | null;
  /** Does it, unless it is under way; returns whether it worked. */
  run(act: () => Promise<unknown>): Promise<boolean>;
  /** Forgets an earlier refusal. */
  clear(): void;
}

export function useAct(): Act {
  const busy = useSignal(false);
  const refusal = useSignal<Refusal | null>(null);
  const run = async (act: () => Promise<unknown>) => {
    if (busy.peek()) return false;
    busy.value = true;
    refusal.value = null;
    try {
      await act();
      return true;
    } catch (error) {
      refusal.value = asRefusal(error);
      return false;
    } finally {
      busy.value = false;
    }
  };
  const clear = () => {
    refusal.value = null;
  };
  return { busy: busy.value, refusal: refusal.value, run, clear };
}
