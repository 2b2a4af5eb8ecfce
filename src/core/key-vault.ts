/** The ways a key vault's URL is written (a slash at its end, capitals) are one vault. */
export const isSameVault = (one: string, other: string): boolean => plain(one) === plain(other);
const plain = (url: string): string => url.replace(/\/+$/, "").toLowerCase();

/** A secret that ends sooner than this is said. */
export const SECRET_SOON_MS = 30 * 86_400_000;
