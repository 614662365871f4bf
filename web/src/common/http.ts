// The one way to call the APIs: JSON in, JSON out, a deadline, and one type for every failure.

/** A refusal (problem+json) or a network failure (`status` 0, `code` "network"). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly retryAfterMs: number | null,
    /** The problem as it came: some codes have more to say. */
    readonly problem: unknown = null,
  ) {
    super(`${code} (${status})`);
  }

  /** Whether the same request may succeed later, with nothing changed. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const TIMEOUT_MS = 10_000;

export async function request<Answer>(
  method: "GET" | "POST" | "DELETE",
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method,
      credentials: "include",
      signal: abort.signal,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw await refusal(response);
    return (await response.json()) as Answer;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(0, "network", null);
  } finally {
    clearTimeout(timer);
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const problem: unknown = await response.json().catch(() => null);
  const code =
    typeof problem === "object" && problem !== null && "code" in problem ? String(problem.code) : "unknown";
  return new ApiError(response.status, code, retryAfterMs(response.headers.get("retry-after")), problem);
}

/** Reads `Retry-After` in seconds; our servers never send the date form. */
export function retryAfterMs(header: string | null): number | null {
  const seconds = Number(header);
  return header !== null && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
