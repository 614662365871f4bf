// Addresses of a site, as they are typed.

/** Whether this is where a site may begin: no query, no fragment, and nobody's name or password. */
export function isAddress(text: string): boolean {
  if (!URL.canParse(text.trim())) return false;
  const { protocol, hostname, search, hash, username, password } = new URL(text.trim());
  const isPlain = search === "" && hash === "" && username === "" && password === "";
  return (protocol === "https:" || protocol === "http:") && hostname !== "" && isPlain;
}

export const isOrigin = (text: string) =>
  isAddress(text) && ["", "/"].includes(text.trim().slice(new URL(text.trim()).origin.length));
