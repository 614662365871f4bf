// The proxies' files of `deploy/`, filled in for one site.

/** What the files leave open. */
export interface SiteValues {
  SLUICE_SITE_HOST: string;
  SLUICE_SITE: string;
  SLUICE_STOREFRONT: string;
  SLUICE_DROP: string;
  SLUICE_CERTIFICATE: string;
  SLUICE_CERTIFICATE_KEY: string;
  SLUICE_TLS: string;
  SLUICE_HTTP_PORT: string;
  SLUICE_HTTPS_PORT: string;
}

/** Puts a value in the place of its name; a name that is not ours stays, as nginx's own do. */
const known = (values: SiteValues, name: string): string | undefined =>
  Object.entries(values).find(([own]) => own === name)?.[1];

/** Drops the comment above a file, which is about its gaps. */
const withoutHead = (template: string) => template.replace(/^(#.*\n)+\n*/, "");

/** Fills in a file for nginx, which has its gaps as `${NAME}`. */
export const forNginx = (template: string, values: SiteValues) =>
  withoutHead(template).replace(/\$\{(\w+)\}/g, (whole, name: string) => known(values, name) ?? whole);

/** Fills in a file for Caddy, which has its gaps as `{$NAME}`, or `{$NAME:what stands there else}`. */
export const forCaddy = (template: string, values: SiteValues) =>
  withoutHead(template).replace(
    /\{\$(\w+)(?::([^}]*))?\}/g,
    (whole, name: string, otherwise: string | undefined) => {
      return known(values, name) ?? otherwise ?? whole;
    },
  );

/** Whether a text may stand in a proxy's file: a name, an address or a path, and nothing that ends a line. */
export const isPlain = (text: string) => /^[A-Za-z0-9][A-Za-z0-9.:_@/-]*$|^\/[A-Za-z0-9._/-]+$/.test(text);

/** Returns the values for a site that are known from its drop, and usual ones for the rest. */
export function valuesFor(siteUrl: string, dropId: string): SiteValues {
  const host = URL.canParse(siteUrl) ? new URL(siteUrl).hostname : "shop.example";
  return {
    SLUICE_SITE_HOST: host,
    SLUICE_SITE: "127.0.0.1:3000",
    SLUICE_STOREFRONT: "127.0.0.1:8080",
    SLUICE_DROP: dropId,
    SLUICE_CERTIFICATE: `/etc/letsencrypt/live/${host}/fullchain.pem`,
    SLUICE_CERTIFICATE_KEY: `/etc/letsencrypt/live/${host}/privkey.pem`,
    SLUICE_TLS: `admin@${host}`,
    SLUICE_HTTP_PORT: "80",
    SLUICE_HTTPS_PORT: "443",
  };
}
