import type { BulkResult } from "../state/bulk.js";
import { flagOf } from "./arguments.js";
import { parseBody } from "./body.js";
import { ApiError, missing } from "./errors.js";
import type { Field } from "./fields.js";
import { isKnown } from "./fields.js";
import type { JobStart } from "./jobs.js";
import { matchingEntries } from "./read.js";
import { isRec, leafNames, nested, type Rec, type Val, valuesAt } from "./records.js";
import { knownFields, type Release } from "./releases.js";
import type { Collection, Ctx, Outcome, Write } from "./route.js";
import { type BulkCall, bulkCallAt, readableFields } from "./table.js";

/**
 * Writes of many records at once, which every API with a POST, PATCH or DELETE knows besides its own (ONTAP's general rules, "Operations on multiple records"): with
 * `records` in the body a job does them one after the other, POST and PATCH undoing what they did when one fails.
 */

/** One record of such a call, read and checked for form. */
interface Item {
  readonly ctx: Ctx;
  /** Of the collection's record; a POST has none yet. */
  readonly key: string | undefined;
  /** As messages name it: `svm.name: svm1, name: vol1`. */
  readonly shown: string;
}

/** The records of a body that has some, where the endpoint itself knows no field of that name. */
export function recordsIn(call: BulkCall, text: string): readonly Val[] | undefined {
  if (isKnown(call.write.body ?? [], "records")) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const records = isRec(body) ? body["records"] : undefined;
  return Array.isArray(records) ? (records as readonly Val[]) : undefined;
}

/** The job of a record-based write, and where its results will be told. What cannot be read at all is refused at once, everything else by the job. */
export function recordJob(
  call: BulkCall,
  ctx: Ctx,
  records: readonly Val[],
): { readonly start: JobStart; readonly result: Omit<BulkResult, "jobUuid"> } {
  const items = records.map((record) => itemOf(call, ctx, record));
  const { method } = call.write;
  const goesOn = method === "DELETE" || flagOf(ctx.query, "continue_on_failure", false);
  const readable = readableFields(call.write.path, ctx.cluster.spec.release);
  const named = [...new Set(items.flatMap((each) => leafNames(each.ctx.body)))].filter((field) => field !== "");
  const result: Omit<BulkResult, "jobUuid"> = {
    path: call.path,
    total: items.length,
    method,
    keys: [],
    fields: named.filter((field) => isKnown(readable, field)),
    errors: [],
    rollbackErrors: [],
  };
  return { start: { kind: "volume", svm: ctx.scope, run: () => runAll(call, items, result, goesOn) }, result };
}

function itemOf(call: BulkCall, ctx: Ctx, record: Val): Item {
  const { write, collection } = call;
  const { release } = ctx.cluster.spec;
  const whole = nested(record, (field) => {
    throw new ApiError(262188, `Field "${field}" was specified twice.`, 400, field);
  });
  if (!isRec(whole)) throw new ApiError(262200, "A record must be a JSON object.", 400, "records");
  const keys = write.method === "POST" ? [] : collection.keys;
  const values = keys.map((key) => {
    const value = valuesAt(whole, key)[0];
    if (value === undefined || value === null) throw missing(key);
    return String(value);
  });
  const fieldsOf = (table: readonly Field[] = []): readonly Field[] => knownFields(write.path, table, release);
  const rest = keys.reduce<Rec>((body, key) => without(body, key), whole);
  const body = parseBody(JSON.stringify(rest), fieldsOf(write.body), fieldsOf(write.readable));
  const shown = [...leaves(whole)].map(([name, value]) => `${name}: ${value}`).join(", ");
  return {
    ctx: { ...ctx, params: { ...ctx.params, ...keyParams(call, values) }, body },
    key: keys.length === 0 ? undefined : values.join("/"),
    shown,
  };
}

/** The names the endpoint's path gives its keys, with their values. */
const keyParams = ({ keyNames }: BulkCall, values: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(keyNames.map((name, i) => [name, values[i] ?? ""]));

function without(body: Rec, path: string): Rec {
  const dot = path.indexOf(".");
  const head = dot < 0 ? path : path.slice(0, dot);
  const { [head]: at, ...others } = body;
  if (dot < 0 || !isRec(at)) return others;
  const inner = without(at, path.slice(dot + 1));
  return Object.keys(inner).length === 0 ? others : { ...others, [head]: inner };
}

function* leaves(value: Val, path = ""): Generator<[string, string]> {
  if (isRec(value)) {
    for (const [key, each] of Object.entries(value))
      if (each !== undefined) yield* leaves(each, path === "" ? key : `${path}.${key}`);
  } else yield [path, typeof value === "object" ? JSON.stringify(value) : String(value)];
}

/** Does one record's write to its end, whether the endpoint has a job for it or not. */
export function runWhole(write: Write, ctx: Ctx): Outcome {
  const outcome = write.run(ctx);
  if (!("job" in outcome)) return outcome;
  try {
    outcome.job.run();
  } finally {
    outcome.job.abandon?.();
  }
  return outcome;
}

type Undo = () => void;

function runAll(call: BulkCall, items: readonly Item[], result: Omit<BulkResult, "jobUuid">, goesOn: boolean): void {
  const { write } = call;
  const undos: Undo[] = [];
  for (const item of items) {
    const before = write.method === "PATCH" ? fieldsBefore(call, item) : undefined;
    try {
      const outcome = runWhole(write, item.ctx);
      const key = item.key ?? keyOf(call, outcome.location);
      if (key !== undefined && write.method !== "DELETE") result.keys.push(key);
      undos.push(() => undo(call, item, key, before));
    } catch (error) {
      result.errors.push(failureOf(error, `${write.method} of record "${item.shown}" failed.`));
      if (!goesOn) break;
    }
  }
  const [first] = result.errors;
  if (!first) return;
  if (goesOn) throw new ApiError(262292, partly(result));
  for (const back of undos.reverse()) {
    try {
      back();
    } catch (error) {
      result.rollbackErrors.push(failureOf(error, "Rolling back failed."));
    }
  }
  if (result.rollbackErrors.length > 0)
    throw new ApiError(
      262288,
      `A record-based operation failed and was left in a partially completed state. ${first.message}`,
    );
  result.keys = write.method === "POST" ? [] : result.keys;
  throw new ApiError(first.code, first.message);
}

const partly = ({ errors }: Omit<BulkResult, "jobUuid">): string =>
  `The records operation was partially completed. The following failures were encountered. ${errors.map((each) => each.message).join(" ")}`;

function failureOf(error: unknown, what: string): { message: string; code: number } {
  if (!(error instanceof ApiError)) throw error;
  return { message: `${what} Reason: ${error.message}`, code: 262287 };
}

/** `/api/storage/volumes/<uuid>` → `<uuid>`. */
function keyOf({ path }: BulkCall, location: string | undefined): string | undefined {
  const base = `/api${path}/`;
  return location?.startsWith(base)
    ? location.slice(base.length).split("/").map(decodeURIComponent).join("/")
    : undefined;
}

/** What the fields a PATCH names were before: as much of it as can be read. */
function fieldsBefore({ collection }: BulkCall, { ctx, key }: Item): Rec | undefined {
  const entry = collection.find
    ? collection.find(ctx, key ?? "")
    : collection.list(ctx).find((each) => each.key === key);
  const view = entry?.view(() => true);
  if (!view) return undefined;
  const old: Record<string, Val> = {};
  for (const field of leafNames(ctx.body)) {
    const value = valuesAt(view, field)[0];
    if (value !== undefined) old[field] = value;
  }
  return nested(old, () => undefined) as Rec;
}

/** Takes back what one record's write did: what was made is deleted for good, what was changed is changed back. */
function undo(call: BulkCall, item: Item, key: string | undefined, before: Rec | undefined): void {
  const { release } = item.ctx.cluster.spec;
  if (call.write.method === "PATCH") {
    if (before) runWhole(call.write, { ...item.ctx, body: before });
    return;
  }
  const back = key === undefined ? undefined : bulkCallAt("DELETE", call.path, release);
  if (!back) throw new ApiError(3, "There is no way to take it back.");
  const params = { ...item.ctx.params, ...keyParams(back, (key ?? "").split("/")) };
  const query = new URLSearchParams((back.write.flags ?? []).includes("force") ? { force: "true" } : {});
  runWhole(back.write, { ...item.ctx, params, body: {}, query });
}

/** GET with `job_results_uuid`: the records the job made or changed, as they are now, and what went wrong. */
export function resultsOf(
  ctx: Ctx,
  path: string,
): {
  readonly result: BulkResult;
  readonly only: (collection: Collection) => Collection;
  readonly query: URLSearchParams;
} {
  const uuid = ctx.query.get("job_results_uuid");
  const result = ctx.cluster.bulk.find((each) => each.jobUuid === uuid);
  const job = ctx.cluster.jobs.find((each) => each.uuid === uuid);
  if (!result || result.path !== path) throw new ApiError(262294, "The job is not associated with this API.", 400);
  if (job && job.endedAt === undefined)
    throw new ApiError(262293, "The job is still running. Wait for it to complete, then try the operation again.", 400);
  for (const name of ["max_records", "return_timeout", "order_by"])
    if (ctx.query.has(name)) throw new ApiError(262186, `"${name}" cannot be used with job results.`, 400, name);
  const query = new URLSearchParams([...ctx.query].filter(([name]) => name !== "job_results_uuid"));
  if (!query.has("fields") && result.fields.length > 0) query.set("fields", result.fields.join(","));
  const keys = new Set(result.keys);
  return {
    result,
    query,
    only: (collection) => ({
      ...collection,
      list: (each) => collection.list(each).filter((entry) => keys.has(entry.key)),
    }),
  };
}

/** The records a query-based write means: those its filters match, in the order of their keys. At least one field must be named. */
export function matched(
  call: BulkCall,
  ctx: Ctx,
  release: Release,
): readonly { readonly key: string; readonly ctx: Ctx }[] {
  const flags = new Set(call.write.flags ?? []);
  const query = new URLSearchParams([...ctx.query].filter(([name]) => !flags.has(name)));
  const table = knownFields(call.collection.path, call.collection.fields, release);
  const filtered = [...query.keys()].some((name) => isKnown(table, name));
  if (!filtered) throw new ApiError(262212, "A query with at least one field is required.", 400);
  return matchingEntries(call.collection, { ...ctx, query }).map(({ key }) => ({
    key,
    ctx: { ...ctx, params: { ...ctx.params, ...keyParams(call, key.split("/")) } },
  }));
}
