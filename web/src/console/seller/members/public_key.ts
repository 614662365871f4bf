// The public half of an Ed25519 key, as a JWK has it in its `x`.

/** 32 bytes in base64url without padding: the last character has four bits of the key, and two that are zero. */
const PUBLIC_KEY = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

export const isPublicKey = (text: string) => PUBLIC_KEY.test(text);
