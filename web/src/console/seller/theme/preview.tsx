// What a page looks like with a theme, in light and in dark, whatever the console itself is in.
import { language } from "../../state/language.ts";
import type { Colours, Logo, Scheme } from "./api.ts";
import type { Draft } from "./draft.ts";
import { t } from "./texts/index.ts";

interface PreviewProps {
  draft: Draft;
  colours: Colours;
  logo: Logo | null;
}

export function Preview({ draft, colours, logo }: PreviewProps) {
  return (
    <section class="tile panel" aria-label={t("theme.preview")}>
      <h2>{t("theme.preview")}</h2>
      <div class="looks">
        <Look label={t("theme.light")} kind="light" scheme={colours.light} {...{ draft, colours, logo }} />
        <Look label={t("theme.dark")} kind="dark" scheme={colours.dark} {...{ draft, colours, logo }} />
      </div>
    </section>
  );
}

interface LookProps extends PreviewProps {
  label: string;
  kind: "light" | "dark";
  scheme: Scheme | null;
}

function Look({ label, kind, scheme, draft, colours, logo }: LookProps) {
  const tagline = draft.tagline[language.value];
  const message = draft.message[language.value];
  return (
    <figure class="look-frame">
      <figcaption>{label}</figcaption>
      <div class={`look look-${kind}`} style={valuesOf(scheme, draft, colours)}>
        <div class="look-band">
          {logo === null ? <strong>Sluice</strong> : <img src={narrowestOf(logo)} alt="" height={44} />}
        </div>
        <div class="look-page">
          {tagline !== "" && <p class="look-tagline">{tagline}</p>}
          <p class="look-title">{t("sample.title")}</p>
          {message !== "" && <p class="look-words">{message}</p>}
          <p class="look-place">
            <span>{t("sample.place")}</span>
            <strong>42</strong>
          </p>
          <p>
            <span class="look-button">{t("sample.join")}</span>
            <span class="look-link">{t("sample.link")}</span>
          </p>
        </div>
      </div>
    </figure>
  );
}

/** The values of the style's own names; what is left out is as the style says. */
function valuesOf(scheme: Scheme | null, draft: Draft, colours: Colours): Record<string, string> {
  const ofScheme = scheme === null ? {} : schemeValues(scheme);
  if (colours.on_band === null) return ofScheme;
  return { ...ofScheme, "--look-band": draft.band.trim(), "--look-on-band": colours.on_band };
}

const schemeValues = ({ accent, on_accent, tint, water }: Scheme) => ({
  "--accent": accent,
  "--on-accent": on_accent,
  "--tint": tint,
  "--water": water,
});

function narrowestOf({ urls }: Logo): string {
  const widths = Object.keys(urls).sort((one, other) => Number(one) - Number(other));
  return urls[widths[0] ?? ""] ?? "";
}
