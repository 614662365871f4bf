// Numbers as people type them.

/** Reads a number; null if it is none. Whole numbers may be grouped by spaces or underscores. */
export function numberOf(text: string): number | null {
  const plain = text.trim().replace(/(?<=\d)[ _\u00a0](?=\d{3})/g, "");
  if (!/^-?(\d+(\.\d*)?|\.\d+)$/.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}

/** What a number may be. */
export interface Range {
  min: number;
  max: number;
  isWhole: boolean;
}

export type NumberFault = "number" | "whole" | "min" | "max";

/** Returns what is wrong with a typed number, or null. */
export function numberFault(text: string, { min, max, isWhole }: Range): NumberFault | null {
  const value = numberOf(text);
  if (value === null) return "number";
  if (isWhole && !Number.isInteger(value)) return "whole";
  if (value < min) return "min";
  return value > max ? "max" : null;
}

/** Writes a number so that a field can take it: without groups and without an exponent. */
export function typedOf(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(6).replace(/\.?0+$/, "") : text;
}
