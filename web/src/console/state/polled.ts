// What a page shows of the API, kept up to date.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Refusal } from "../api/call.ts";
import { Poller } from "./poller.ts";

export interface Polled<Answer> {
  /** The last answer; it stays while later ones fail. */
  data: Answer | null;
  refusal: Refusal | null;
  /** Reads it again at once, such as after a change. */
  refresh(): void;
}

/** Reads `read` every `everyMs`, anew when `inputs` change. */
export function usePolled<Answer>(
  read: () => Promise<Answer>,
  everyMs: number,
  inputs: readonly unknown[],
): Polled<Answer> {
  const data = useSignal<Answer | null>(null);
  const refusal = useSignal<Refusal | null>(null);
  const poller = useRef<Poller<Answer> | null>(null);
  useEffect(() => {
    data.value = null;
    refusal.value = null;
    const current = new Poller<Answer>(
      {
        read,
        onAnswer: (answer) => {
          data.value = answer;
          refusal.value = null;
        },
        onRefusal: (found) => {
          refusal.value = found;
        },
      },
      everyMs,
    );
    const onShown = () => {
      if (document.visibilityState === "visible") void current.now();
    };
    poller.current = current;
    document.addEventListener("visibilitychange", onShown);
    void current.now();
    return () => {
      document.removeEventListener("visibilitychange", onShown);
      current.stop();
    };
  }, [everyMs, ...inputs]);
  return { data: data.value, refusal: refusal.value, refresh: () => void poller.current?.now() };
}
