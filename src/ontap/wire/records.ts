import { Duration } from "luxon";

/** One JSON object as the array sent it: nothing is believed until it is read by name and kind. */
export type Wire = { readonly [key: string]: unknown };

/** The array answered something these readers cannot make sense of. The HTTP layer turns it into a Problem. */
export class Unreadable extends Error {}

export const isWire = (value: unknown): value is Wire =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function part(wire: Wire | undefined, key: string): Wire | undefined {
  const value = wire?.[key];
  return isWire(value) ? value : undefined;
}

const NONE: readonly Wire[] = [];

export function parts(wire: Wire | undefined, key: string): readonly Wire[] {
  const value = wire?.[key];
  return Array.isArray(value) ? value.filter(isWire) : NONE;
}

export function text(wire: Wire | undefined, key: string): string | undefined {
  const value = wire?.[key];
  return typeof value === "string" ? value : undefined;
}

export function texts(wire: Wire | undefined, key: string): readonly string[] {
  const value = wire?.[key];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

/** A text the record cannot do without. */
export function needText(wire: Wire | undefined, key: string): string {
  const value = text(wire, key);
  if (value === undefined || value === "") throw new Unreadable(`a record has no ${key}`);
  return value;
}

/** A number; the array also writes some as text ("30"). */
export function num(wire: Wire | undefined, key: string): number | undefined {
  const value = wire?.[key];
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

export function flag(wire: Wire | undefined, key: string): boolean | undefined {
  const value = wire?.[key];
  return typeof value === "boolean" ? value : undefined;
}

/** ISO-8601 in UTC (`…Z`, with milliseconds), whatever offset and precision the array used. */
export function instant(wire: Wire | undefined, key: string): string | undefined {
  const value = text(wire, key);
  if (value === undefined) return undefined;
  // The form arrays write themselves (`2026-03-01T08:05:00+00:00`), which needs no reading.
  if (value.length === 25 && value.endsWith("+00:00") && value[10] === "T") return `${value.slice(0, 19)}.000Z`;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

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
export function word<T extends string>(wire: Wire | undefined, key: string, known: readonly T[]): T | undefined {
  const value = text(wire, key);
  if (value === undefined || known.includes(value as T)) return value as T | undefined;
  const lower = value.toLowerCase();
  return known.find((each) => each === lower);
}
