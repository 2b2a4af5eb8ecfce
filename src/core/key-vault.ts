import { showDuration } from "./units.js";

/** The ways a key vault's URL is written (a slash at its end, capitals) are one vault. */
export const isSameVault = (one: string, other: string): boolean => plain(one) === plain(other);
const plain = (url: string): string => url.replace(/\/+$/, "").toLowerCase();

/** A secret that ends sooner than this is said. */
export const SECRET_SOON_MS = 30 * 86_400_000;

/** What Azure says of the secret an array signs in to its key vault with: never the value. */
export interface SecretLife {
  readonly enabled: boolean;
  /** ISO-8601; absent: nobody said. */
  readonly expires?: string;
}

/** When a secret ends, with words for it: `says` is a sentence about `it` without its full stop, `why` says of the secret why nobody knows. */
export type SecretEnd =
  | { readonly state: "unknown"; readonly why: string }
  | { readonly state: "ended" | "soon" | "later"; readonly leftMs: number; readonly says: string };

/** `secret` as the vault shows it under `name`, undefined: it is not there; `it` is what is said to end: "the client secret of …". */
export function secretEnd(secret: SecretLife | undefined, name: string, it: string, now: number): SecretEnd {
  const unknown = (why: string): SecretEnd => ({ state: "unknown", why });
  if (!secret) return unknown(`there is no secret ${name} in the vault.`);
  if (!secret.enabled) return unknown(`the secret ${name} in the vault is disabled.`);
  if (secret.expires === undefined) return unknown(`the secret ${name} in the vault has no expiry date.`);
  const leftMs = Date.parse(secret.expires) - now;
  const day = secret.expires.slice(0, 10);
  if (leftMs <= 0) return { state: "ended", leftMs, says: `${it} ended on ${day}` };
  if (leftMs <= SECRET_SOON_MS)
    return { state: "soon", leftMs, says: `${it} ends on ${day}, in ${showDuration(leftMs)}` };
  return { state: "later", leftMs, says: `${it} ends on ${day}` };
}

/** What is done about it. */
export const renewSecret = "Make a new one in Azure, write it to both places, restart Sluice, and rotate it.";
