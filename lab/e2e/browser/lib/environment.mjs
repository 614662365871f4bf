// Where the product runs, and the keys to control it.

const need = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

export const storefrontUrl = need("SLUICE_STOREFRONT__PUBLIC_URL").replace(/\/$/, "");
export const admissionUrl = need("SLUICE_ADMISSION__PUBLIC_URL").replace(/\/$/, "");
export const sellerKey = need("SLUICE_SELLER_KEY");
export const operatorKey = need("SLUICE_OPERATOR_KEY");
/** Of one who says who else may run the installation. */
export const adminKey = need("SLUICE_ADMIN_KEY");

/** Calls an API; a refusal throws with the answer in its message. */
export async function call(method, url, { key, ticket, body } = {}) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(ticket === undefined ? {} : { "sluice-ticket": ticket }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text === "" ? null : JSON.parse(text);
}

export const shopperCall = (method, path, options) => call(method, `${storefrontUrl}${path}`, options);
export const sellerCall = (method, path, body) =>
  call(method, `${storefrontUrl}/v1/seller${path}`, { key: sellerKey, body });
export const operatorCall = (method, path, body) =>
  call(method, `${storefrontUrl}/v1/operator${path}`, { key: operatorKey, body });

/** Waits until `probe` returns something, up to a deadline. */
export async function waitUntil(what, probe, { timeoutMs = 30_000, pauseMs = 150 } = {}) {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const found = await probe();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`still waiting after ${timeoutMs} ms: ${what}`);
}
