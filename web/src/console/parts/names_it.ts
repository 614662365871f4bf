// Whether somebody has typed the name that a dangerous act asks for.

/** Takes spaces around it and their number as of no account, and letters in any form of Unicode. */
export function namesIt(typed: string, name: string): boolean {
  const plain = (text: string) => text.normalize("NFC").trim().replace(/\s+/g, " ");
  return plain(name) !== "" && plain(typed) === plain(name);
}
