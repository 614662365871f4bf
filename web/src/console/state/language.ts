// The page's language as a signal, so that whatever shows a text is drawn anew when it changes.
import { signal } from "@preact/signals";
import { currentLanguage, onLanguageChange, startLanguage } from "../../common/language.ts";

export const language = signal(currentLanguage());

const follow = () => {
  language.value = currentLanguage();
};
onLanguageChange(follow);

/** Takes the language that the reader wants. */
export function startConsoleLanguage(): void {
  startLanguage();
  follow();
}
