// Signing in to a console, and out of it.
import { call } from "./call.ts";
import type { ConsoleLink, Session } from "./types.ts";

export const readSession = () => call<Session>("GET", "/v1/console/session");

/** Begins a session by a key or by the token of a one-time link; its cookie is what counts. */
export const signIn = (by: { key: string } | { link_token: string }) =>
  call<Session>("POST", "/v1/console/session", { body: by });

export const endSession = () => call<null>("DELETE", "/v1/console/session");

export const makeLink = (body: unknown) => call<ConsoleLink>("POST", "/v1/console/links", { body });
