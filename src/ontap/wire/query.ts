/**
 * The query grammar of GET collections (reference 1.3): a value is an expression in which `* | ! < > .. { } "` and a few more speak;
 * a name is not an expression and must be quoted when it holds any of them.
 */

/** What a field is compared with: an exact value, or an expression built in so many words. */
export type Match =
  | string
  | number
  | boolean
  | { readonly anyOf: readonly string[] }
  /** `*` is the only character that speaks; the rest must be free of the grammar's other signs. */
  | { readonly like: string }
  | { readonly anyLike: readonly string[] }
  /** Numbers, sizes, times and durations; a record without the field never matches. */
  | { readonly from?: string | number; readonly to?: string | number }
  | { readonly not: string }
  | { readonly set: boolean };

export type Filters = { readonly [field: string]: Match | undefined };

export interface Query {
  /** Asked for exactly: what is not named does not come back. */
  readonly fields?: string;
  readonly where?: Filters;
  /** Other parameters of the endpoint (`list_destinations_only`, `force`, …), sent as they are. */
  readonly also?: { readonly [name: string]: string | number | boolean | undefined };
}

const PLAIN = /^[A-Za-z0-9_:/@+=~-]+(\.[A-Za-z0-9_:/@+=~-]+)*$/;
const SPEAKING_WORDS = new Set(["null"]);

/** One exact value in the query grammar: bare when nothing in it speaks, else in `"…"` or `{…}`. Throws when neither can hold it. */
export function literal(value: string): string {
  if (PLAIN.test(value) && !SPEAKING_WORDS.has(value.toLowerCase())) return value;
  if (!value.includes('"')) return `"${value}"`;
  if (!/[{}]/.test(value)) return `{${value}}`;
  throw new TypeError(`${JSON.stringify(value)} cannot be quoted in a query`);
}

function expression(match: Match): string {
  if (typeof match === "string") return literal(match);
  if (typeof match !== "object") return String(match);
  if ("anyOf" in match) return match.anyOf.map(literal).join("|");
  if ("not" in match) return `!${literal(match.not)}`;
  if ("set" in match) return match.set ? "!null" : "null";
  if ("anyLike" in match) return match.anyLike.map(pattern).join("|");
  if ("like" in match) return pattern(match.like);
  return range(match);
}

function pattern(like: string): string {
  for (const piece of like.split("*")) {
    if (piece !== "" && !/^[\w.:/@+=~-]+$/.test(piece))
      throw new TypeError(`${JSON.stringify(like)} is not a plain pattern`);
  }
  return like;
}

function range({ from, to }: { readonly from?: string | number; readonly to?: string | number }): string {
  const [low, high] = [from, to].map((end) => (end === undefined ? undefined : literal(String(end))));
  if (low !== undefined && high !== undefined) return `${low}..${high}`;
  if (low !== undefined) return `>=${low}`;
  return high === undefined ? "!null" : `<=${high}`;
}

/** The query string (without `?`), every name and value percent-encoded; empty when there is nothing to say. */
export function queryString(query: Query): string {
  const pairs: string[] = [];
  for (const [field, match] of Object.entries(query.where ?? {})) {
    if (match !== undefined) pairs.push(`${encodeURIComponent(field)}=${encodeURIComponent(expression(match))}`);
  }
  if (query.fields !== undefined) pairs.push(`fields=${encodeURI(query.fields)}`);
  for (const [name, value] of Object.entries(query.also ?? {})) {
    if (value !== undefined) pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  }
  return pairs.join("&");
}

/** A path below `/api` with every inserted name or uuid percent-encoded: api`/storage/volumes/${uuid}`. */
export function api(fixed: TemplateStringsArray, ...inserted: readonly string[]): string {
  return fixed.reduce((path, piece, i) => path + encodeSegment(inserted[i - 1] ?? "") + piece);
}

/** Dots alone are path navigation to every URL reader between here and the array, so they are encoded too. */
function encodeSegment(value: string): string {
  if (value === "") throw new TypeError("a path segment is empty");
  return /^\.+$/.test(value) ? value.replaceAll(".", "%2E") : encodeURIComponent(value);
}
