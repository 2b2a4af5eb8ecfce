import { ApiError } from "./errors.js";
import { splitTop } from "./fields.js";
import type { Val } from "./records.js";

/** Tests the values a record has under one field (none: unset). */
export type Predicate = (values: readonly Val[]) => boolean;

/**
 * A query value (reference 1.3): alternation `a|b`, negation `!x`, `null`, comparisons, ranges `a..b`, wildcards, and `"…"` or `{…}`
 * around literal text. An unset field matches `null` and nothing else, not even a negation.
 */
export function predicate(expression: string): Predicate {
  const parts = splitTop(expression, "|").map((part) => single(part));
  return (values) => parts.some((part) => part(values));
}

function single(text: string): Predicate {
  if (text.startsWith("!")) {
    if (text === "!null") return (values) => values.length > 0;
    const inner = single(text.slice(1));
    return (values) => values.length > 0 && !inner(values);
  }
  if (text === "") throw new ApiError(262177, "A value is missing in the query.", 400);
  if (text === "null") return (values) => values.length === 0;
  const literal = /^"([^"]*)"$|^\{(.*)\}$/s.exec(text);
  if (literal) {
    const wanted = literal[1] ?? literal[2] ?? "";
    return (values) => values.some((value) => String(value) === wanted);
  }
  const compare = /^(<=|>=|<|>)(.*)$/s.exec(text);
  if (compare) {
    if (compare[2] === "") throw new ApiError(262194, `The expression "${text}" lacks a value.`, 400);
    return comparison(compare[1] ?? "", unquoted(compare[2] ?? ""));
  }
  const range = /^(.+?)\.\.(.+)$/s.exec(text);
  if (range) {
    const low = comparison(">=", unquoted(range[1] ?? ""));
    const high = comparison("<=", unquoted(range[2] ?? ""));
    return (values) => values.some((value) => low([value]) && high([value]));
  }
  if (text.includes("*")) {
    const pattern = new RegExp(`^${text.split("*").map(escape).join(".*")}$`, "s");
    return (values) => values.some((value) => pattern.test(String(value)));
  }
  return (values) => values.some((value) => equal(value, text));
}

/** The value of a comparison or an end of a range, which may be quoted too. */
const unquoted = (text: string): string => /^"(.*)"$/s.exec(text)?.[1] ?? text;

const escape = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");

function equal(value: Val, text: string): boolean {
  if (String(value) === text) return true;
  if (typeof value === "boolean") return String(value) === text.toLowerCase();
  const order = rank(value, text);
  return order !== undefined && order.kind !== "text" && order.left === order.right;
}

function comparison(operator: string, text: string): Predicate {
  const holds = (order: number): boolean =>
    operator === "<" ? order < 0 : operator === ">" ? order > 0 : operator === "<=" ? order <= 0 : order >= 0;
  return (values) =>
    values.some((value) => {
      const ranked = rank(value, text);
      if (!ranked) return false;
      return holds(ranked.left < ranked.right ? -1 : ranked.left > ranked.right ? 1 : 0);
    });
}

type Ranked = { kind: "number"; left: number; right: number } | { kind: "text"; left: string; right: string };

/** Both sides on one scale: sizes, durations and times as numbers, anything else alphabetically. */
function rank(value: Val, text: string): Ranked | undefined {
  if (typeof value === "number") {
    const right = sizeOf(text);
    return right === undefined ? undefined : { kind: "number", left: value, right };
  }
  if (typeof value !== "string") return undefined;
  for (const scale of [durationMs, timeMs]) {
    const left = scale(value);
    const right = scale(text);
    if (left !== undefined && right !== undefined) return { kind: "number", left, right };
  }
  return { kind: "text", left: value, right: text };
}

const UNITS: Record<string, number> = { "": 1, B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40, PB: 2 ** 50 };

/** `5GB`, `1.5TB`, `4096`: bytes. */
export function sizeOf(text: string): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)\s*([KMGTP]?B?)$/i.exec(text.trim());
  if (!match) return undefined;
  const suffix = (match[2] ?? "").toUpperCase();
  const unit = UNITS[suffix] ?? UNITS[`${suffix}B`];
  return unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}

/** ISO 8601 duration, as ONTAP prints and accepts it (`PT8H35M42S`, `P2D`, and `P2DT`). */
export function durationMs(text: string): number | undefined {
  const match = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (!match || text === "P") return undefined;
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((each) => Number(each ?? 0));
  return (
    ((((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000
  );
}

function timeMs(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T|$)/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** Milliseconds as ONTAP prints durations: days only from 24 h up. */
export function isoDuration(ms: number): string {
  let seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  seconds -= days * 86_400;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  const time = `${hours ? `${hours}H` : ""}${minutes ? `${minutes}M` : ""}${rest ? `${rest}S` : ""}`;
  if (!days && !time) return "PT0S";
  return `P${days ? `${days}D` : ""}${time ? `T${time}` : ""}`;
}

/** Timestamps as ONTAP prints them: whole seconds, numeric offset. */
export const isoTime = (ms: number): string =>
  `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}+00:00`;
