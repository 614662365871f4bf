// What every page has around its content: static texts, the language switch, the offline note.
import { byId, el, setText, show } from "./dom.ts";
import { currentLanguage, LANGUAGES, type Language, onLanguageChange, switchOnceLoaded } from "./language.ts";

/**
 * Fills the elements marked `data-t`; `text` looks a key up in the bundle's own texts, `load` loads those of a
 * language.
 */
export function startShell(text: (key: string) => string, load: (lang: Language) => Promise<void>): void {
  const switchTo = (code: string) => void switchOnceLoaded(code as Language, load);
  const buttons = Object.entries(LANGUAGES).map(([code, name]) =>
    el("button", { type: "button", lang: code, onclick: () => switchTo(code) }, name),
  );
  byId("languages").replaceChildren(...buttons);
  const translate = () => {
    for (const element of document.querySelectorAll<HTMLElement>("[data-t]")) {
      setText(element, text(element.dataset.t ?? ""));
    }
    byId("languages").setAttribute("aria-label", text("language.label"));
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.lang === currentLanguage()));
    }
  };
  translate();
  onLanguageChange(translate);
  watchNetwork();
}

/** Whether the browser knows that it has no network. */
export const isOffline = () => navigator.onLine === false;

function watchNetwork(): void {
  const update = () => show(byId("offline"), isOffline());
  addEventListener("online", update);
  addEventListener("offline", update);
  update();
}
