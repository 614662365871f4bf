// The button that sends a form and, while it can't be pressed, what is to be done first.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface SubmitProps {
  busy: boolean;
  /** What is to be done before the form can be sent; null if nothing is. */
  lack: string | null;
  children: ComponentChildren;
}

export function Submit({ busy, lack, children }: SubmitProps) {
  const id = useId();
  return (
    <>
      <button
        type="submit"
        class="button"
        disabled={busy || lack !== null}
        aria-describedby={lack === null ? undefined : id}
      >
        {children}
      </button>
      <Lack id={id} text={lack} />
    </>
  );
}

/** Says below buttons why they can't be pressed; they name it as what describes them. */
export function Lack({ id, text }: { id: string; text: string | null }) {
  if (text === null) return null;
  return (
    <p id={id} class="hint lack">
      {text}
    </p>
  );
}
