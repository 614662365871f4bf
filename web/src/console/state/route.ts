// Where in a console somebody is. It stands in the fragment (`#/rooms/<id>?window=1h`), so that every place
// has an address to share, and the server needs to know none of them.
import { signal } from "@preact/signals";

export interface Route {
  /** `#/rooms/<id>/limits` has three parts, the first place none. */
  path: readonly string[];
  query: URLSearchParams;
}

/** Reads a fragment; null if it names no place, as the token of a link. */
export function routeOf(fragment: string): Route | null {
  const text = fragment.replace(/^#/, "");
  if (text !== "" && !text.startsWith("/")) return null;
  const [path = "", query = ""] = text.split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

/** Builds the address of a place; what is null or empty is left out of its query. */
export function hrefOf(path: readonly string[], query: Record<string, string | null> = {}): string {
  const values = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== "") values.set(name, value);
  }
  const text = values.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Returns the token that came with a one-time link, if this fragment is one. */
export function linkTokenOf(fragment: string): string | null {
  if (routeOf(fragment) !== null) return null;
  const text = fragment.replace(/^#/, "");
  const token = new URLSearchParams(text).get("token") ?? new URLSearchParams(text).get("link_token") ?? text;
  return token === "" ? null : token;
}

export const route = signal<Route>({ path: [], query: new URLSearchParams() });

/** Follows the address bar from now on. */
export function startRoutes(): void {
  const follow = () => {
    const found = routeOf(location.hash);
    if (found !== null) route.value = found;
  };
  addEventListener("hashchange", follow);
  follow();
}

/** Goes to another place, as a link does. */
export const go = (href: string) => {
  location.hash = href;
};

/** Changes values of the query without a step in the history: for filters while they are typed. */
export function setQuery(changes: Record<string, string | null>): void {
  const { path, query } = route.peek();
  const href = hrefOf(path, { ...Object.fromEntries(query), ...changes });
  history.replaceState(null, "", href);
  route.value = routeOf(href) ?? route.peek();
}
