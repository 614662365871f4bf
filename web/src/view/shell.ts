// What every page has around its content: texts of the static parts, language switch, offline note.
import {
  currentLanguage,
  type Key,
  LANGUAGES,
  type Language,
  onLanguageChange,
  switchLanguage,
  t,
} from "../i18n/index.ts";
import { byId, el, setText, show } from "./dom.ts";

export function startShell(): void {
  const buttons = Object.entries(LANGUAGES).map(([code, name]) =>
    el("button", { type: "button", lang: code, onclick: () => switchLanguage(code as Language) }, name),
  );
  byId("languages").replaceChildren(...buttons);
  const translate = () => {
    for (const element of document.querySelectorAll<HTMLElement>("[data-t]")) {
      setText(element, t(element.dataset.t as Key));
    }
    byId("languages").setAttribute("aria-label", t("language.label"));
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.lang === currentLanguage()));
    }
  };
  translate();
  onLanguageChange(translate);
  watchNetwork();
}

function watchNetwork(): void {
  const note = () => show(byId("offline"), navigator.onLine === false);
  addEventListener("online", note);
  addEventListener("offline", note);
  note();
}
