// What an entry of the audit log changed, value by value.

export interface Change {
  /** Where the value stands, such as `limits.occupancy_cap`. */
  name: string;
  /** As they were written; null for none. */
  old: unknown;
  new: unknown;
}

/**
 * Returns the values that differ, in the order of their names. A list is one value. What came after may leave
 * out what stayed as it was, as the times of a drop that was cancelled; only where nothing came after, all is gone.
 */
export function changesOf(before: unknown, after: unknown): Change[] {
  const [old, fresh] = [flat(toldOf(before, after)), flat(after)];
  const names = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return names
    .map((name) => ({ name, old: old.get(name) ?? null, new: fresh.get(name) ?? null }))
    .filter((change) => JSON.stringify(change.old) !== JSON.stringify(change.new));
}

/** Returns what of the values before is told of after them. */
function toldOf(before: unknown, after: unknown): unknown {
  if (!hasNames(before) || !hasNames(after)) return before;
  return Object.fromEntries(Object.entries(before).filter(([name]) => name in after));
}

const hasNames = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function flat(value: unknown, path = ""): Map<string, unknown> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== "object" || Array.isArray(value)) return new Map([[path, value]]);
  const inner = Object.entries(value).flatMap(([name, part]) => [
    ...flat(part, path === "" ? name : `${path}.${name}`),
  ]);
  return new Map(inner);
}
