import type { Policy } from "./policy.js";

const minuteMs = 60_000;

/** When the card takes no more votes. Milliseconds since the epoch. */
export const cardExpiresAt = (policy: Pick<Policy, "cardExpiresMinutes">, plannedAt: string): number =>
  Date.parse(plannedAt) + policy.cardExpiresMinutes * minuteMs;

/** When a grant that nothing was begun on has to be asked for again. Milliseconds since the epoch. */
export const grantExpiresAt = (policy: Pick<Policy, "grantExpiresMinutes">, grantedAt: string): number =>
  Date.parse(grantedAt) + policy.grantExpiresMinutes * minuteMs;

/** The instant itself is too late, and so is a time nobody can read. */
export const isPast = (at: number, now: number): boolean => !(now < at);
