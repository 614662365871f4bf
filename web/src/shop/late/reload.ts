// The way out for a page whose missing parts cannot be loaded any more: they went with an older version of
// the shop, or the browser remembers that they failed once. Places in line outlive it.

/** Which version of the shop was loaded anew in this tab. */
const RELOADED = "sluice.reloaded";

/** Loads the page anew if the server is there, once for each version: what failed again then would go on failing. */
export async function reloadIfOld(): Promise<void> {
  if (!(await isServed()) || !noteReload(import.meta.url)) return;
  location.reload();
}

async function isServed(): Promise<boolean> {
  const served = await fetch(location.pathname, { method: "HEAD", cache: "no-store" }).catch(() => null);
  return served?.ok === true;
}

/** Returns whether it is the first time. Without storage nobody can tell, and the page stays. */
function noteReload(version: string): boolean {
  try {
    if (sessionStorage.getItem(RELOADED) === version) return false;
    sessionStorage.setItem(RELOADED, version);
    return true;
  } catch {
    return false;
  }
}
