// The operator's calls.
import { call, queryOf } from "./call.ts";
import type { LoadOrder, LoadRun, LoadRuns } from "./load_types.ts";
import type {
  AdmissionHistory,
  ApiKey,
  AuditEntry,
  DeadLetter,
  Health,
  Instance,
  LimitsAnswer,
  LimitsChange,
  LimitsPlan,
  LimitsPreview,
  NewApiKey,
  OperatorDrop,
  ReviewCase,
  Verdict,
} from "./operator_types.ts";
import type { DropState, FailureAnswer, FailureChoice, History, Numbers, Page, Span } from "./types.ts";

const PAGE = 100;
const drops = "/v1/operator/drops";
const loadRuns = "/v1/operator/load-runs";

/** Lists drops; `q` looks for a text in their titles and sellers, or for an id. */
export const listRooms = (filter: { state: DropState | null; q: string; cursor: string | null }) =>
  call<Page<OperatorDrop>>("GET", `${drops}${queryOf({ ...filter, limit: PAGE })}`);

export const readRoom = (id: string) => call<OperatorDrop>("GET", `${drops}/${id}`);
export const readNumbers = (id: string) => call<Numbers>("GET", `${drops}/${id}/numbers`);
export const readLimits = (id: string) => call<LimitsAnswer>("GET", `${drops}/${id}/limits`);

export const changeLimits = (id: string, change: LimitsChange, why: string) =>
  call<LimitsAnswer>("PATCH", `${drops}/${id}/limits`, { body: { ...change, why } });

export const previewLimits = (id: string, change: LimitsChange) =>
  call<LimitsPreview>("POST", `${drops}/${id}/limits/preview`, { body: change });

export const undoLimits = (id: string, why: string) =>
  call<LimitsAnswer>("POST", `${drops}/${id}/limits/undo`, { body: { why } });

/** The plan for a drop's limits; null if there is none. */
export const readPlan = (id: string) =>
  call<LimitsPlan>("GET", `${drops}/${id}/limits/plan`).catch(noneIf("limits_plan_not_found"));

export const planLimits = (
  id: string,
  plan: LimitsChange & { at?: string; over_seconds?: number; why: string },
) => call<LimitsPlan>("POST", `${drops}/${id}/limits/plan`, { body: plan });

export const callPlanOff = (id: string, why: string) =>
  call<LimitsAnswer>("DELETE", `${drops}/${id}/limits/plan${queryOf({ why })}`);

export const readHistory = (id: string, span: Span) =>
  call<History>("GET", `${drops}/${id}/history${queryOf({ ...span })}`);

export const readFailurePolicy = (id: string) => call<FailureAnswer>("GET", `${drops}/${id}/failure-policy`);

export const changeFailurePolicy = (id: string, choice: FailureChoice, why: string) =>
  call<FailureAnswer>("PUT", `${drops}/${id}/failure-policy`, { body: { ...choice, why } });

/** Changes what a drop may do; `act` is the last part of the route. */
export const changeMode = (id: string, act: string, body: unknown) =>
  call<LimitsAnswer>("POST", `${drops}/${id}/${act}`, { body });

export const listAudit = (filter: { drop_id: string | null; cursor: string | null; limit?: number }) =>
  call<Page<AuditEntry>>("GET", `/v1/operator/audit${queryOf({ limit: PAGE, ...filter })}`);

export const readInstances = async () =>
  (await call<{ data: Instance[] }>("GET", "/v1/operator/instances")).data;

/** Reads how the processes that keep lines have done. */
export const readAdmissionHistory = (span: Span) =>
  call<AdmissionHistory>("GET", `/v1/operator/admission/history${queryOf({ ...span })}`);

export const readHealth = () => call<Health>("GET", "/v1/operator/health");

export const listDeadLetters = (cursor: string | null) =>
  call<Page<DeadLetter>>("GET", `/v1/operator/dead-letters${queryOf({ cursor })}`);

export const listReview = (cursor: string | null) =>
  call<Page<ReviewCase>>("GET", `/v1/operator/payments/review${queryOf({ cursor })}`);

export const resolvePayment = (id: string, verdict: Verdict, reason: string) =>
  call("POST", `/v1/operator/payments/review/${id}/resolve`, { body: { verdict, reason } });

export const listKeys = (cursor: string | null) =>
  call<Page<ApiKey>>("GET", `/v1/operator/keys${queryOf({ cursor })}`);

export const makeKey = (body: unknown) => call<NewApiKey>("POST", "/v1/operator/keys", { body });

export const revokeKey = (id: string, why: string) =>
  call<ApiKey>("POST", `/v1/operator/keys/${id}/revoke`, { body: { why } });

export const listLoadRuns = () => call<LoadRuns>("GET", loadRuns);
export const readLoadRun = (id: string) => call<LoadRun>("GET", `${loadRuns}/${id}`);
export const askForCrowd = (order: LoadOrder) => call<LoadRun>("POST", loadRuns, { body: order });

export const cancelLoadRun = (id: string, why: string) =>
  call<LoadRun>("POST", `${loadRuns}/${id}/cancel`, { body: { why } });

/** Takes the refusal with this code for "there is none". */
const noneIf = (code: string) => (error: unknown) => {
  if (error instanceof Error && "code" in error && error.code === code) return null;
  throw error;
};
