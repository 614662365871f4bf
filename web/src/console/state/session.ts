// Who is signed in, and what they may do.
import { computed, signal } from "@preact/signals";
import { asRefusal, onSignedOut, type Refusal } from "../api/call.ts";
import { endSession, readSession, signIn } from "../api/session.ts";
import type { ConsoleRole, Session } from "../api/types.ts";
import { linkTokenOf } from "./route.ts";

export type SessionState =
  | { kind: "asking" }
  | { kind: "out"; refusal: Refusal | null; hasEnded: boolean }
  | { kind: "in"; session: Session };

export const sessionState = signal<SessionState>({ kind: "asking" });

export const session = computed(() => (sessionState.value.kind === "in" ? sessionState.value.session : null));

/** Whether this person may change anything; sellers may, in what is theirs. */
export const mayAct = computed(() => {
  const who = session.value;
  return who !== null && (who.role === "seller" || who.level !== "viewer");
});

export const isAdmin = computed(() => session.value?.role === "operator" && session.value.level === "admin");

/**
 * Finds out who is here: by the token of a link if there is one, else by the session's cookie. The token
 * leaves the address bar at once, so that it is in no history and nobody shares it.
 */
export async function startSession(): Promise<void> {
  onSignedOut(() => {
    const hasEnded = sessionState.peek().kind === "in";
    if (hasEnded) sessionState.value = { kind: "out", refusal: null, hasEnded };
  });
  const token = linkTokenOf(location.hash);
  if (token !== null) history.replaceState(null, "", location.pathname);
  await enter(() => (token === null ? readSession() : signIn({ link_token: token })), token !== null);
}

export const signInByKey = (key: string) => enter(() => signIn({ key }), true);

async function enter(ask: () => Promise<Session>, tellsWhy: boolean): Promise<void> {
  try {
    sessionState.value = { kind: "in", session: await ask() };
  } catch (error) {
    const refusal = asRefusal(error);
    const isNews = tellsWhy || refusal.status !== 401;
    sessionState.value = { kind: "out", refusal: isNews ? refusal : null, hasEnded: false };
  }
}

/** Ends the session here and at the server; a server that cannot be asked does not keep anybody in. */
export async function signOut(): Promise<void> {
  await endSession().catch(() => null);
  sessionState.value = { kind: "out", refusal: null, hasEnded: false };
}

/** Whether the session is for this console. */
export const isFor = (role: ConsoleRole) => session.value?.role === role;
