import { createHmac } from "node:crypto";

/**
 * A secret a run invents (a peering's passphrase): made again from the key, the run and its name whenever it is needed, so that it survives a
 * crash and is written nowhere. 32 characters of base64url: 192 bits.
 */
export const derived = (key: string, run: string, name: string): string =>
  createHmac("sha256", key).update(`${run}/${name}`).digest("base64url").slice(0, 32);
