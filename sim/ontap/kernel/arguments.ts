import { ApiError, badValue, unexpectedArgument } from "./errors.js";
import { type Field, isKnown } from "./fields.js";
import { atLeast, flagSince, type Release } from "./releases.js";

/** Query arguments every call takes: reference 1.3. */
export const GENERAL: ReadonlySet<string> = new Set([
  "fields",
  "order_by",
  "max_records",
  "offset",
  "return_records",
  "return_timeout",
  "ignore_unknown_fields",
  "query",
  "query_fields",
  "continue_on_failure",
  "serial_records",
  "pretty",
  "job_results_uuid",
]);

const MAX_TIMEOUT_S = 120;
/** Only a read may ask for these. */
const READ_ONLY = new Set(["query", "query_fields"]);
const SECRET = /(^|\.)(password|passphrase|client_secret|client_certificate|private_key)$/;

/** `return_timeout`: 0 to 120 seconds. */
export function timeoutSeconds(query: URLSearchParams, byDefault: number): number {
  const text = query.get("return_timeout");
  if (text === null) return byDefault;
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds > MAX_TIMEOUT_S) {
    throw new ApiError(
      262245,
      `The value "${text}" is invalid for field "return_timeout" (<0..120>)`,
      400,
      "return_timeout",
    );
  }
  return seconds;
}

/** A flag of the query: given without a value it is true. */
export function flagOf(query: URLSearchParams, name: string, byDefault: boolean): boolean {
  const value = query.get(name);
  if (value === null) return byDefault;
  if (value === "" || value === "true") return true;
  if (value === "false") return false;
  throw badValue(name, value);
}

/** No argument twice (262282), no secret in the URL (262202). */
export function checkArguments(query: URLSearchParams): void {
  const seen = new Set<string>();
  for (const name of query.keys()) {
    if (seen.has(name)) throw new ApiError(262282, `Field "${name}" was specified twice.`, 400, name);
    seen.add(name);
    if (SECRET.test(name)) throw new ApiError(262202, `Field "${name}" must not be given in the URL.`, 400, name);
  }
}

/** Is the argument one of the endpoint's flags in that release? */
export const isFlag = (path: string, flags: readonly string[] | undefined, name: string, release: Release): boolean =>
  (flags ?? []).includes(name) && atLeast(release, flagSince(path, name));

/** What a write's URL may carry: general arguments and the endpoint's flags. A field there is 262211 (POST), anything else 262179. */
export function checkWriteArguments(
  write: { readonly method: string; readonly path: string; readonly flags?: readonly string[] | undefined },
  query: URLSearchParams,
  fields: readonly Field[],
  release: Release,
): void {
  checkArguments(query);
  const ignore = flagOf(query, "ignore_unknown_fields", false);
  for (const name of query.keys()) {
    if (READ_ONLY.has(name)) throw new ApiError(262277, `"${name}" is for GET only.`, 400, name);
    if (GENERAL.has(name) || isFlag(write.path, write.flags, name, release)) continue;
    if (write.method === "POST" && isKnown(fields, name)) {
      throw new ApiError(262211, `POST cannot be filtered by the query attribute "${name}".`, 400, name);
    }
    if (!ignore) throw unexpectedArgument(name);
  }
}
