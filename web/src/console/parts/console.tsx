// The frame of a console: who is signed in, the ways to its pages, and the page itself.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { LANGUAGES, type Language, switchLanguage } from "../../common/language.ts";
import type { ConsoleRole } from "../api/types.ts";
import { actor } from "../format.ts";
import { language } from "../state/language.ts";
import { isFor, session, sessionState, signOut } from "../state/session.ts";
import { t } from "../texts/index.ts";
import { OtherConsole, SignIn } from "./sign_in.tsx";
import { Loading } from "./small.tsx";

export interface Way {
  href: string;
  label: string;
  isCurrent: boolean;
  /** How many things there wait for a person. */
  count?: number;
}

interface ConsoleProps {
  whose: ConsoleRole;
  /** Drawn, as the page is, only once somebody is signed in. */
  ways: ComponentChildren;
  children: ComponentChildren;
}

export function Console({ whose, ways, children }: ConsoleProps) {
  useSearchKey();
  const state = sessionState.value;
  const isIn = state.kind === "in" && isFor(whose);
  return (
    <>
      <header class="top">
        <button type="button" class="skip" onClick={skipToMain}>
          {t("skip")}
        </button>
        <a class="brand" href="#/">
          <img src="/assets/icon.svg" alt="" width="28" height="28" />
          {t(whose === "operator" ? "brand.operator" : "brand.seller")}
        </a>
        {isIn && ways}
        <div class="top-end">
          <Languages />
          {state.kind === "in" && <Who />}
        </div>
      </header>
      <Offline />
      <main id="main" tabIndex={-1}>
        {state.kind === "asking" && <Loading />}
        {state.kind === "out" && <SignIn whose={whose} state={state} />}
        {state.kind === "in" && !isIn && <OtherConsole whose={whose} />}
        {isIn && children}
      </main>
    </>
  );
}

/** The ways to the pages of a console. */
export function Ways({ ways }: { ways: readonly Way[] }) {
  return (
    <nav class="ways" aria-label={t("nav.label")}>
      {ways.map(({ href, label, isCurrent, count }) => (
        <a key={href} href={href} aria-current={isCurrent ? "page" : undefined}>
          {label}
          {count !== undefined && count > 0 && <span class="count">{count}</span>}
        </a>
      ))}
    </nav>
  );
}

function Who() {
  const who = session.value;
  if (who === null) return null;
  return (
    <div class="who">
      <span title={who.name}>
        {actor(who.name)}
        {who.level !== null && <small>{t(`level.${who.level}`)}</small>}
      </span>
      <button type="button" class="button quiet" onClick={() => void signOut()}>
        {t("sign_out")}
      </button>
    </div>
  );
}

function Languages() {
  return (
    <fieldset class="languages">
      <legend class="heard-only">{t("language.label")}</legend>
      {Object.entries(LANGUAGES).map(([code, name]) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-pressed={language.value === code}
          onClick={() => switchLanguage(code as Language)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

function Offline() {
  const isOffline = useSignal(navigator.onLine === false);
  useEffect(() => {
    const update = () => {
      isOffline.value = navigator.onLine === false;
    };
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return isOffline.value ? <output class="offline">{t("page.offline")}</output> : null;
}

/** No link: the fragment says where in the console somebody is. */
const skipToMain = () => document.getElementById("main")?.focus();

/** A slash goes to the search field of the page, unless somebody is typing. */
function useSearchKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof Element && event.target.matches("input, textarea, select");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
      const field = document.querySelector<HTMLInputElement>("main input[type=search]");
      if (field === null) return;
      event.preventDefault();
      field.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
