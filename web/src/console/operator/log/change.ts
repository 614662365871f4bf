// What an entry of the audit log changed, value by value.

export interface Change {
  /** Where the value stands, such as `limits.occupancy_cap`. */
  name: string;
  old: string | null;
  new: string | null;
}

/** Returns the values that differ, in the order of their names. A value that is whole is one change. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const [old, fresh] = [flat(before), flat(after)];
  const names = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return names
    .map((name) => ({ name, old: old.get(name) ?? null, new: fresh.get(name) ?? null }))
    .filter((change) => change.old !== change.new);
}

function flat(value: unknown, path = ""): Map<string, string> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== "object" || Array.isArray(value)) return new Map([[path, said(value)]]);
  const inner = Object.entries(value).flatMap(([name, part]) => [
    ...flat(part, path === "" ? name : `${path}.${name}`),
  ]);
  return new Map(inner);
}

const said = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
