import { Duration } from "luxon";

/** One JSON object as the array sent it: nothing is believed until it is read by name and kind. */
export type Wire = { readonly [key: string]: unknown };

/** The array answered something these readers cannot make sense of. The HTTP layer turns it into a Problem. */
export class Unreadable extends Error {}

export const isWire = (value: unknown): value is Wire =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/*
 * Each reader comes in two forms: of a record and a key, and of a value (`textOf(wire["name"])`). The second is for records that come by the ten thousand: a key written out
 * at its place is found several times quicker than one that is handed in.
 */

export const partOf = (value: unknown): Wire | undefined => (isWire(value) ? value : undefined);
export const part = (wire: Wire | undefined, key: string): Wire | undefined => partOf(wire?.[key]);

const NONE: readonly Wire[] = [];

export function parts(wire: Wire | undefined, key: string): readonly Wire[] {
  const value = wire?.[key];
  return Array.isArray(value) ? value.filter(isWire) : NONE;
}

export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
export const text = (wire: Wire | undefined, key: string): string | undefined => textOf(wire?.[key]);

export function texts(wire: Wire | undefined, key: string): readonly string[] {
  const value = wire?.[key];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

/** A text the record cannot do without. */
export function needTextOf(value: unknown, key: string): string {
  if (typeof value !== "string" || value === "") throw new Unreadable(`a record has no ${key}`);
  return value;
}
export const needText = (wire: Wire | undefined, key: string): string => needTextOf(wire?.[key], key);

/** A number; the array also writes some as text ("30"). */
export function numOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}
export const num = (wire: Wire | undefined, key: string): number | undefined => numOf(wire?.[key]);

export const flagOf = (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined);
export const flag = (wire: Wire | undefined, key: string): boolean | undefined => flagOf(wire?.[key]);

/** ISO-8601 in UTC (`…Z`, with milliseconds), whatever offset and precision the array used. */
export function instantOf(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  // The form arrays write themselves (`2026-03-01T08:05:00+00:00`), which needs no reading.
  if (value.length === 25 && value.endsWith("+00:00") && value[10] === "T") return `${value.slice(0, 19)}.000Z`;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
export const instant = (wire: Wire | undefined, key: string): string | undefined => instantOf(wire?.[key]);

const UNIT_MS: Readonly<Record<string, number>> = { D: 86_400_000, H: 3_600_000, M: 60_000, S: 1000 };
const ZERO = 48;

/**
 * The form the array writes itself: whole days, hours, minutes, seconds. By hand, because a list of ten thousand mirrors has twenty thousand of
 * them, and both the library and a regular expression show in the time it takes.
 */
function usualDurationMs(value: string): number | undefined {
  if (value.length < 3 || value[0] !== "P") return undefined;
  let total = 0;
  let count = -1;
  let inTime = false;
  for (let i = 1; i < value.length; i++) {
    const digit = value.charCodeAt(i) - ZERO;
    if (digit >= 0 && digit <= 9) count = Math.max(0, count) * 10 + digit;
    else if (value[i] === "T" && !inTime && count < 0) inTime = true;
    else {
      const unit = UNIT_MS[value[i] ?? ""];
      if (unit === undefined || count < 0 || (value[i] === "D") === inTime) return undefined;
      total += count * unit;
      count = -1;
    }
  }
  return count < 0 ? total : undefined;
}

/** An ISO-8601 duration (`PT8H35M42S`, `P2D`) in milliseconds; undefined when absent or not one. */
export function durationMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const usual = usualDurationMs(value);
  if (usual !== undefined) return usual;
  const duration = Duration.fromISO(value);
  return duration.isValid ? duration.toMillis() : undefined;
}

export function span(wire: Wire | undefined, key: string): number | undefined {
  return durationMs(text(wire, key));
}

/** A reference to another object: `{ name, uuid }`, either of which the array may leave out. */
export interface Named {
  readonly name: string | undefined;
  readonly uuid: string | undefined;
}

export function named(wire: Wire | undefined): Named {
  return { name: text(wire, "name"), uuid: text(wire, "uuid") };
}

/** `named`, or undefined when the array said nothing. */
export function namedIf(wire: Wire | undefined): Named | undefined {
  return wire === undefined ? undefined : named(wire);
}

/** One of the words we know; anything else is kept apart as undefined, so that a newer release's word is not misread as one of ours. */
export function wordOf<T extends string>(value: unknown, known: readonly T[]): T | undefined {
  if (typeof value !== "string") return undefined;
  // Ours, not the array's: equal, and no text of the answer is held on to.
  for (let i = 0; i < known.length; i++) if (known[i] === value) return known[i];
  const lower = value.toLowerCase();
  return known.find((each) => each === lower);
}
export const word = <T extends string>(wire: Wire | undefined, key: string, known: readonly T[]): T | undefined =>
  wordOf(wire?.[key], known);
