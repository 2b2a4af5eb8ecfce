import { ApiError, badValue, missing, notSettable, unexpectedArgument } from "./errors.js";
import { type Field, fieldTable, isKnown } from "./fields.js";
import { isRec, leafNames, nested, type Rec, type Val, valuesAt } from "./records.js";
import { durationMs, sizeOf } from "./query.js";

/** Fields a write takes, in the notation of `fieldTable`. */
export const accepts = (...specs: readonly string[]): readonly Field[] => fieldTable(...specs);

/** Parses and checks a request body: dotted or nested, every field known and settable here. */
export function parseBody(text: string, allowed: readonly Field[], readable: readonly Field[]): Rec {
  if (text.trim() === "") return {};
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new ApiError(262199, "Failed to parse the JSON in the request body.", 400);
  }
  const body = nested(raw, (field) => {
    throw new ApiError(262188, `Field "${field}" was specified twice.`, 400, field);
  });
  if (!isRec(body)) throw new ApiError(262200, "The request body must be a JSON object.", 400);
  for (const name of leafNames(body)) {
    if (name === "" || name.endsWith("_links") || name.includes("_links.")) continue;
    if (isKnown(allowed, name)) continue;
    throw isKnown(readable, name) ? notSettable(name) : unexpectedArgument(name);
  }
  return spelledOut(body, allowed);
}

/**
 * An object that has a name may be given by that name alone: `"ipspace": "Default"` is `"ipspace": {"name": "Default"}`. NetApp's own
 * Ansible modules for broadcast domains and interfaces write it so.
 */
function spelledOut(body: Rec, allowed: readonly Field[], path = ""): Rec {
  const out: Record<string, Val | undefined> = {};
  for (const [key, value] of Object.entries(body)) {
    const at = path === "" ? key : `${path}.${key}`;
    const named = (): boolean =>
      !allowed.some((field) => field.name === at) && allowed.some((field) => field.name === `${at}.name`);
    out[key] = isRec(value)
      ? spelledOut(value, allowed, at)
      : typeof value === "string" && named()
        ? { name: value }
        : value;
  }
  return out;
}

function first(body: Rec, field: string): Val | undefined {
  if (Array.isArray(memberAt(body, field)))
    throw new ApiError(262255, `Field "${field}" must not be an array.`, 400, field);
  const value = valuesAt(body, field)[0];
  return value === null ? undefined : value;
}

/** What stands under a path of objects; undefined where an array is in the way. */
function memberAt(body: Rec, field: string): Val | undefined {
  let at: Val | undefined = body;
  for (const part of field.split(".")) at = isRec(at) ? at[part] : undefined;
  return at;
}

export const has = (body: Rec, field: string): boolean => valuesAt(body, field).length > 0;
/** Given, and null: "remove it". */
export const isNull = (body: Rec, field: string): boolean => valuesAt(body, field)[0] === null;

export function text(body: Rec, field: string): string | undefined {
  const value = first(body, field);
  if (value === undefined) return undefined;
  if (typeof value !== "string") {
    if (typeof value === "number") return String(value);
    throw badValue(field, value);
  }
  return value;
}

export function needText(body: Rec, field: string): string {
  const value = text(body, field);
  if (value === undefined || value === "") throw missing(field);
  return value;
}

export function flag(body: Rec, field: string): boolean | undefined {
  const value = first(body, field);
  if (value === undefined) return undefined;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw badValue(field, value);
}

export function integer(body: Rec, field: string): number | undefined {
  const value = first(body, field);
  if (value === undefined) return undefined;
  const number = typeof value === "number" ? value : typeof value === "string" ? Number(value) : NaN;
  if (!Number.isInteger(number)) throw badValue(field, value);
  return number;
}

/** Bytes, from an integer or a string with a suffix. */
export function size(body: Rec, field: string): number | undefined {
  const value = first(body, field);
  if (value === undefined) return undefined;
  const bytes = typeof value === "number" ? value : typeof value === "string" ? sizeOf(value) : undefined;
  if (bytes === undefined || bytes < 0) throw badValue(field, value);
  return bytes;
}

/** One of the words, any case. */
export function word<const W extends string>(body: Rec, field: string, words: readonly W[]): W | undefined {
  const value = text(body, field);
  if (value === undefined) return undefined;
  const found = words.find((each) => each === value.toLowerCase());
  if (found === undefined) throw badValue(field, value);
  return found;
}

/** Milliseconds since the epoch, from an ISO timestamp. */
export function time(body: Rec, field: string): number | undefined {
  const value = text(body, field);
  if (value === undefined) return undefined;
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw badValue(field, value);
  return at;
}

/** Milliseconds, from an ISO duration. */
export function duration(body: Rec, field: string): number | undefined {
  const value = text(body, field);
  if (value === undefined) return undefined;
  const ms = durationMs(value);
  if (ms === undefined) throw badValue(field, value);
  return ms;
}

/** The members of an array of objects; a scalar or object where an array is due is 262254. */
export function list(body: Rec, field: string): readonly Rec[] | undefined {
  const at = memberAt(body, field);
  if (at === undefined || at === null) return undefined;
  if (!Array.isArray(at)) throw new ApiError(262254, `Field "${field}" must be an array.`, 400, field);
  return (at as readonly Val[]).map((each) => (isRec(each) ? each : ({ name: each } as Rec)));
}

/** An array of strings; one given twice is 262222. */
export function texts(body: Rec, field: string): readonly string[] | undefined {
  const found = list(body, field)?.map((each) => String(each["name"]));
  const twice = found?.find((each, i) => found.indexOf(each) !== i);
  if (twice !== undefined) throw new ApiError(262222, `"${twice}" is repeated in field "${field}".`, 400, field);
  return found;
}
