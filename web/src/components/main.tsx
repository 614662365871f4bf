// The living page of the design system: the parts of all pages in their states, as the sources draw them now.
import { signal } from "@preact/signals";
import { render } from "preact";
import { byId } from "../common/dom.ts";
import { LANGUAGES, type Language, switchLanguage } from "../common/language.ts";
import { language, startConsoleLanguage } from "../console/state/language.ts";
import { addTexts, loadTexts } from "../shop/texts/index.ts";
import { ConsoleParts } from "./console/all.tsx";
import { COLOURS, type Colours, DRESSES, type Dress, wear } from "./dress.ts";
import { ShopParts } from "./shop/all.tsx";
import { t } from "./texts.ts";

const worn = signal<{ dress: Dress; colours: Colours }>({ dress: "console", colours: "system" });

/** The styles come first: charts read their colours as they are drawn. */
function change(next: Partial<typeof worn.value>): void {
  const { dress, colours } = { ...worn.peek(), ...next };
  wear(dress, colours);
  worn.value = { dress, colours };
}

interface ChoicesProps<Value extends string> {
  label: string;
  values: readonly Value[];
  current: Value;
  say: (value: Value) => string;
  set: (value: Value) => void;
}

function Choices<Value extends string>({ label, values, current, say, set }: ChoicesProps<Value>) {
  return (
    <fieldset class="languages">
      <legend class="heard-only">{label}</legend>
      {values.map((value) => (
        <button key={value} type="button" aria-pressed={value === current} onClick={() => set(value)}>
          {say(value)}
        </button>
      ))}
    </fieldset>
  );
}

function Everything() {
  const { dress, colours } = worn.value;
  return (
    <>
      <header class="top">
        <h1>{t("title")}</h1>
        <Choices
          label={t("dress")}
          values={DRESSES}
          current={dress}
          say={(value) => t(`dress.${value}`)}
          set={(value) => change({ dress: value })}
        />
        <Choices
          label={t("colours")}
          values={COLOURS}
          current={colours}
          say={(value) => t(`colours.${value}`)}
          set={(value) => change({ colours: value })}
        />
        <Choices
          label={t("language")}
          values={Object.keys(LANGUAGES) as Language[]}
          current={language.value}
          say={(value) => LANGUAGES[value]}
          set={switchLanguage}
        />
      </header>
      <main key={`${dress} ${colours} ${language.value}`}>
        {dress === "shop" ? <ShopParts /> : <ConsoleParts />}
      </main>
    </>
  );
}

async function start(): Promise<void> {
  startConsoleLanguage();
  for (const part of ["shop", "list", "handoff", "order"] as const) await addTexts(part);
  for (const each of Object.keys(LANGUAGES) as Language[]) await loadTexts(each);
  change({});
  render(<Everything />, byId("app"));
}

void start();
