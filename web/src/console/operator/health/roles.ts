// How many processes do the work of each role.
import type { WorkerHealth } from "../../api/operator_types.ts";

export interface RoleHealth {
  role: string;
  alive: number;
  silent: number;
  /** Time since any of them was heard from. */
  ageMs: number;
}

/** Returns the roles by name; one that nobody does any more is there for as long as its last process is listed. */
export function rolesOf(workers: readonly WorkerHealth[]): RoleHealth[] {
  const roles = new Map<string, RoleHealth>();
  for (const { role, alive, age_ms } of workers) {
    const known = roles.get(role) ?? { role, alive: 0, silent: 0, ageMs: age_ms };
    roles.set(role, {
      role,
      alive: known.alive + (alive ? 1 : 0),
      silent: known.silent + (alive ? 0 : 1),
      ageMs: Math.min(known.ageMs, age_ms),
    });
  }
  return [...roles.values()].sort((a, b) => a.role.localeCompare(b.role));
}
