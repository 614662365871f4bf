// The colours of charts, as the page's styles have them: a canvas knows no variables.

export interface Colours {
  curves: readonly string[];
  ink: string;
  grid: string;
  mark: string;
}

export function readColours(): Colours {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  return {
    curves: [1, 2, 3, 4].map((n) => colour(`--curve-${n}`)),
    ink: colour("--soft"),
    grid: colour("--line"),
    mark: colour("--warm"),
  };
}

/** Calls back when the reader changes between light and dark; returns how to stop that. */
export function onColoursChange(listener: () => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", listener);
  return () => dark.removeEventListener("change", listener);
}
