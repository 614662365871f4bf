// How a site is put behind its line: the proxy's file, ready to be copied.
import { useSignal } from "@preact/signals";
import caddyfile from "../../../../../deploy/caddy/protect.Caddyfile";
import nginx from "../../../../../deploy/nginx/protect.conf.template";
import type { Drop } from "../../api/types.ts";
import { Copyable } from "../../parts/copyable.tsx";
import { ChoiceField, TextField } from "../../parts/fields.tsx";
import { bound } from "../../state/bound.ts";
import { t } from "../texts/index.ts";
import { forCaddy, forNginx, isPlain, type SiteValues, valuesFor } from "./samples.ts";

type Proxy = "nginx" | "caddy";

/** What somebody has to say, for each proxy; the rest is known. */
const ASKED: Record<Proxy, readonly (keyof SiteValues)[]> = {
  nginx: [
    "SLUICE_SITE_HOST",
    "SLUICE_SITE",
    "SLUICE_STOREFRONT",
    "SLUICE_CERTIFICATE",
    "SLUICE_CERTIFICATE_KEY",
  ],
  caddy: ["SLUICE_SITE_HOST", "SLUICE_SITE", "SLUICE_STOREFRONT", "SLUICE_TLS"],
};

export function SetUp({ drop }: { drop: Drop }) {
  const proxy = useSignal<Proxy>("nginx");
  const values = useSignal(valuesFor(drop.site_url ?? "", drop.id));
  const asked = ASKED[proxy.value];
  const isWhole = asked.every((name) => isPlain(values.value[name]));
  return (
    <section class="tile panel" aria-label={t("site.title")}>
      <h2>{t("site.title")}</h2>
      <p>{t("site.intro")}</p>
      <ChoiceField<Proxy>
        label={t("site.proxy")}
        options={[
          { value: "nginx", label: "nginx" },
          { value: "caddy", label: "Caddy" },
        ]}
        {...bound(proxy)}
      />
      {asked.map((name) => (
        <TextField
          key={name}
          label={t(`site.${name}`)}
          value={values.value[name]}
          fault={isPlain(values.value[name]) ? null : t("site.fault")}
          set={(value) => {
            values.value = { ...values.value, [name]: value.trim() };
          }}
        />
      ))}
      {isWhole && <Samples proxy={proxy.value} values={values.value} />}
      <p>{t("site.trusted")}</p>
      <Copyable title={t("site.setting")} text="SLUICE_EDGE__TRUSTED_PROXIES=10.0.0.9/32" />
      <Addresses dropId={drop.id} />
      <p class="notice">{t("site.take_out")}</p>
    </section>
  );
}

function Samples({ proxy, values }: { proxy: Proxy; values: SiteValues }) {
  const isNginx = proxy === "nginx";
  return (
    <Copyable
      title={isNginx ? "/etc/nginx/conf.d/protect.conf" : "Caddyfile"}
      text={isNginx ? forNginx(nginx, values) : forCaddy(caddyfile, values)}
    />
  );
}

/** For any other proxy, which asks by itself. */
function Addresses({ dropId }: { dropId: string }) {
  const gate = `${location.origin}/v1/gate/${dropId}`;
  return (
    <details>
      <summary>{t("site.other")}</summary>
      <p>{t("site.other.hint")}</p>
      <Copyable title={t("site.check")} text={`${gate}/check`} />
      <Copyable title={t("site.enter")} text={`${gate}/enter`} />
      <Copyable title={t("site.leave")} text={`${gate}/leave`} />
      <Copyable title={t("site.waiting")} text={`${location.origin}/drops/${dropId}`} />
    </details>
  );
}
