// Signing in by key. Who has a one-time link never sees this page.
import { useSignal } from "@preact/signals";
import type { ConsoleRole } from "../api/types.ts";
import { bound } from "../state/bound.ts";
import { type SessionState, signInByKey } from "../state/session.ts";
import { t } from "../texts/index.ts";
import { TextField } from "./fields.tsx";
import { Page } from "./page.tsx";
import { Problem } from "./problem.tsx";

interface SignInProps {
  whose: ConsoleRole;
  state: Extract<SessionState, { kind: "out" }>;
}

export function SignIn({ whose, state }: SignInProps) {
  const key = useSignal("");
  const busy = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (key.value.trim() === "") return;
    busy.value = true;
    await signInByKey(key.value.trim());
    busy.value = false;
  };
  return (
    <div class="sign-in tile panel">
      <Page title={t(whose === "operator" ? "sign_in.operator" : "sign_in.seller")}>
        {state.hasEnded && <p class="notice">{t("sign_in.ended")}</p>}
        <form onSubmit={submit}>
          <TextField
            label={t("sign_in.key")}
            hint={t("sign_in.key.hint")}
            type="password"
            autocomplete="current-password"
            {...bound(key)}
          />
          <Problem refusal={state.refusal} />
          <button type="submit" class="button wide" disabled={busy.value || key.value.trim() === ""}>
            {t("sign_in.do")}
          </button>
        </form>
        <p class="small">{t("sign_in.link")}</p>
      </Page>
    </div>
  );
}

/** For somebody whose session is for the other console. */
export function OtherConsole({ whose }: { whose: ConsoleRole }) {
  return (
    <div class="sign-in tile panel">
      <Page title={t(whose === "operator" ? "sign_in.for_operators" : "sign_in.for_sellers")}>
        <p>
          <a href={whose === "operator" ? "/seller" : "/operator"}>
            {t(whose === "operator" ? "sign_in.to_seller" : "sign_in.to_operator")}
          </a>
        </p>
      </Page>
    </div>
  );
}
