// Codes as a file. They have letters and digits alone, so no cell of it is a formula.

/** Returns the lines of a table with one column, as spreadsheets want them. */
export const tableOfCodes = (codes: readonly string[]) =>
  ["code", ...codes].map((line) => `${line}\r\n`).join("");

/** Returns a name that any system can give a file. */
export const fileNameOf = (label: string) => `codes-${label.replace(/[^\p{L}\p{N}]+/gu, "-")}.csv`;
