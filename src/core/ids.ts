import { createHash, randomBytes } from "node:crypto";

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** A run: `r` and nine characters of lower-case base 32. No colon, so that queue ids can be built from it. */
export type RunId = Branded<string, "RunId">;
/** SHA-256 of a plan's stored bytes, in hex. */
export type PlanHash = Branded<string, "PlanHash">;

const alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

function base32(bytes: Buffer, length: number): string {
  return Array.from({ length }, (_, i) => alphabet[(bytes[i] ?? 0) % 32]).join("");
}

/** The run of one Slack event, command or click: the same event always gives the same run, so a redelivery starts nothing twice. */
export function runIdFor(...origin: readonly string[]): RunId {
  return `r${base32(createHash("sha256").update(JSON.stringify(origin)).digest(), 9)}` as RunId;
}

export const isRunId = (text: string): text is RunId => /^r[a-km-np-z2-9]{9}$/.test(text);

/** 160 random bits: a button's id says nothing and cannot be guessed. */
export const randomKey = (): string => base32(randomBytes(32), 32);

/** The hash an approval is given to. */
export const hashOf = (bytes: string): PlanHash => createHash("sha256").update(bytes, "utf8").digest("hex") as PlanHash;

/** What a person sees of a hash: enough to compare by eye. */
export const shortHash = (hash: PlanHash): string => hash.slice(0, 8);
