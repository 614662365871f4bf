// The one way in which the consoles call the API: by the session's cookie, with the header that no other
// site's page can send along.
import { ApiError, retryAfterMs } from "../../common/http.ts";

/** One value that was refused; `field` is a JSON pointer into what was sent. */
export interface Fault {
  field: string;
  detail: string;
}

/** A refusal with all that its problem tells, or a network failure (`status` 0, `code` "network"). */
export class Refusal extends ApiError {
  constructor(
    status: number,
    code: string,
    retryMs: number | null,
    readonly detail: string | null = null,
    readonly faults: readonly Fault[] = [],
    readonly requestId: string | null = null,
  ) {
    super(status, code, retryMs);
  }
}

export interface Sent {
  body?: unknown;
  /** Sent as it is, where no body is. */
  file?: Blob;
  /** Makes a request that is sent again count once. */
  idempotencyKey?: string;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const TIMEOUT_MS = 15_000;
/** Eight megabytes take their time where networks are slow. */
const FILE_TIMEOUT_MS = 120_000;
const listeners = new Set<() => void>();

/** Is told when an answer says that nobody is signed in. */
export const onSignedOut = (listener: () => void) => listeners.add(listener);

/** Calls the API; an answer without a body is null. */
export async function call<Answer>(method: Method, path: string, sent: Sent = {}): Promise<Answer> {
  const response = await send(method, path, sent);
  if (response.ok) return (response.status === 204 ? null : await readJson(response)) as Answer;
  const refusal = refusalOf(
    response.status,
    await readJson(response).catch(() => null),
    response.headers.get("retry-after"),
  );
  if (refusal.status === 401) for (const listener of listeners) listener();
  throw refusal;
}

async function send(method: Method, path: string, sent: Sent): Promise<Response> {
  const { body, file } = sent;
  try {
    return await fetch(path, {
      method,
      credentials: "same-origin",
      signal: AbortSignal.timeout(file === undefined ? TIMEOUT_MS : FILE_TIMEOUT_MS),
      headers: headersOf(sent),
      body: body === undefined ? file : JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, "network", null);
  }
}

function headersOf({ body, file, idempotencyKey }: Sent): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json", "x-sluice-console": "1" };
  if (body !== undefined) headers["content-type"] = "application/json";
  else if (file !== undefined) headers["content-type"] = file.type;
  if (idempotencyKey !== undefined) headers["idempotency-key"] = idempotencyKey;
  return headers;
}

/** A body that breaks off is a network failure. */
const readJson = (response: Response): Promise<unknown> =>
  response.json().catch(() => {
    throw new Refusal(0, "network", null);
  });

/** Reads a problem (RFC 9457); whatever else comes is a refusal without a code. */
export function refusalOf(status: number, problem: unknown, retryAfter: string | null): Refusal {
  const fields: Record<string, unknown> = isObject(problem) ? problem : {};
  const text = (name: string) => (typeof fields[name] === "string" ? fields[name] : null);
  const faults = Array.isArray(fields.errors) ? fields.errors.filter(isFault) : [];
  const code = text("code") ?? "unknown";
  return new Refusal(status, code, retryAfterMs(retryAfter), text("detail"), faults, text("request_id"));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const isFault = (value: unknown): value is Fault =>
  isObject(value) && typeof value.field === "string" && typeof value.detail === "string";

/** Takes whatever was thrown for what is shown. */
export const asRefusal = (error: unknown): Refusal =>
  error instanceof Refusal ? error : new Refusal(0, "unknown", null, String(error));

/** Builds a query; what is null or empty is left out. */
export function queryOf(values: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
