// What an entry of the audit log changed, value by value.

export interface Change {
  /** Where the value stands, such as `limits.occupancy_cap`. */
  name: string;
  /** As they were written; null for none. */
  old: unknown;
  new: unknown;
}

/** Returns the values that differ, in the order of their names. A list is one value. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const [old, fresh] = [flat(before), flat(after)];
  const names = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return names
    .map((name) => ({ name, old: old.get(name) ?? null, new: fresh.get(name) ?? null }))
    .filter((change) => JSON.stringify(change.old) !== JSON.stringify(change.new));
}

function flat(value: unknown, path = ""): Map<string, unknown> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== "object" || Array.isArray(value)) return new Map([[path, value]]);
  const inner = Object.entries(value).flatMap(([name, part]) => [
    ...flat(part, path === "" ? name : `${path}.${name}`),
  ]);
  return new Map(inner);
}
