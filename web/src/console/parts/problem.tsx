// What was refused, or could not be asked, in words.
import type { Refusal } from "../api/call.ts";
import { known, t } from "../texts/index.ts";

/** Returns a refusal in words: ours for a code that we know, else the server's. */
export function saying(refusal: Refusal): string {
  const key = known(`error.${refusal.code}`, "error.other");
  if (key === "error.other" && refusal.detail !== null) return refusal.detail;
  return t(key, { code: refusal.code });
}

export function Problem({ refusal, retry }: { refusal: Refusal | null; retry?: () => void }) {
  if (refusal === null) return null;
  return (
    <div class="problem-box" role="alert">
      <p>{saying(refusal)}</p>
      {refusal.faults.length > 0 && (
        <ul>
          {refusal.faults.map(({ field, detail }) => (
            <li key={field}>
              {field !== "" && <code>{field.replace(/^\//, "")}</code>} {detail}
            </li>
          ))}
        </ul>
      )}
      {refusal.requestId !== null && (
        <p class="small">
          {t("error.request")} <code>{refusal.requestId}</code>
        </p>
      )}
      {retry !== undefined && (
        <button type="button" class="button quiet" onClick={retry}>
          {t("error.retry")}
        </button>
      )}
    </div>
  );
}

/** Beside figures that could not be read again: they are old. */
export function Stale({ refusal }: { refusal: Refusal | null }) {
  if (refusal === null) return null;
  return (
    <p class="stale" role="alert">
      {t("error.stale")} {saying(refusal)}
    </p>
  );
}
