// What the operator console reads and sends of the load lab.

export const LOAD_PRESETS = [
  "steady",
  "spike",
  "late_surge",
  "refresh_storm",
  "reconnect_churn",
  "absentees",
  "many_tabs",
  "bots",
  "two_hot_drops",
  "visitors",
] as const;
export type LoadPreset = (typeof LOAD_PRESETS)[number];

export const LOAD_RUN_STATES = ["waiting", "running", "passed", "failed", "broken", "cancelled"] as const;
export type LoadRunState = (typeof LOAD_RUN_STATES)[number];

export const LOAD_VERDICTS = ["pass", "fail", "not_applicable"] as const;
export type LoadVerdict = (typeof LOAD_VERDICTS)[number];

/** A crowd to ask for; the sizes are for each of its drops. */
export interface LoadOrder {
  preset: LoadPreset;
  shoppers: number;
  units: number;
  why: string;
}

/** The last runs, without what was found. */
export interface LoadRuns {
  /** Whether the settings allow crowds here. */
  is_allowed: boolean;
  data: LoadRun[];
}

export interface LoadRun {
  id: string;
  preset: LoadPreset;
  shoppers: number;
  units: number;
  state: LoadRunState;
  asked_by: string;
  why: string;
  asked_at: string;
  agent: string | null;
  began_at: string | null;
  heard_at: string | null;
  ended_at: string | null;
  drop_ids: string[];
  /** People of all its drops. */
  joined: number;
  admitted: number;
  paid: number;
  done: number;
  judgements?: LoadJudgement[];
  fault: string | null;
}

/** What was found about one rule in one drop. */
export interface LoadJudgement {
  drop_id: string;
  rule: string;
  /** Null for a rule that the storefront does not know. */
  meaning: string | null;
  verdict: LoadVerdict;
  detail: string;
}
