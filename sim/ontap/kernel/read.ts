import { ApiError, badValue, notFound, unexpectedArgument } from "./errors.js";
import { fieldChooser, type Field, isKnown, knownFields } from "./fields.js";
import { predicate, type Predicate } from "./query.js";
import { pruned, type Rec, type Val, valuesAt, within } from "./records.js";
import type { Collection, Ctx, Entry } from "./route.js";

/** Query arguments every GET takes: reference 1.3. */
export const GENERAL = new Set([
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

/** Checks the general arguments; gives the seconds to wait. */
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

export function flagOf(query: URLSearchParams, name: string, byDefault: boolean): boolean {
  const value = query.get(name);
  if (value === null) return byDefault;
  if (value === "" || value === "true") return true;
  if (value === "false") return false;
  throw badValue(name, value);
}

interface Filter {
  readonly field: string;
  readonly test: Predicate;
}

/** Only arguments the collection knows pass: 262179 otherwise, unless ignore_unknown_fields. */
function filters(collection: Collection, table: readonly Field[], ctx: Ctx): Filter[] {
  const ignore = flagOf(ctx.query, "ignore_unknown_fields", false);
  const found: Filter[] = [];
  for (const [name, value] of ctx.query) {
    if (GENERAL.has(name) || collection.flags?.includes(name) || name.startsWith("start.")) continue;
    if (isKnown(table, name)) found.push({ field: name, test: predicate(value) });
    else if (!ignore) throw unexpectedArgument(name);
  }
  return found;
}

interface Reading {
  readonly table: readonly Field[];
  readonly keep: (path: string) => boolean;
  readonly wants: (field: string) => boolean;
  readonly hal: boolean;
}

function reading(
  collection: Collection,
  ctx: Ctx,
  filtered: readonly string[],
  instance: boolean,
  hal: boolean,
): Reading {
  const table = knownFields(collection.fields, ctx.cluster.spec.release);
  const shown = collection.shown ?? (table.some((field) => field.name === "name") ? ["name"] : []);
  const asked = ctx.query.get("fields");
  const chooser = fieldChooser({
    table,
    keys: [...collection.keys, ...shown],
    asked,
    filtered,
    instance,
    ignoreUnknown: flagOf(ctx.query, "ignore_unknown_fields", false),
  });
  const known = new Set(table.map((field) => field.name));
  const inTable = (path: string): boolean => {
    if (known.has(path)) return true;
    for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
      if (known.has(path.slice(0, dot))) return true;
    }
    return false;
  };
  const memo = new Map<string, boolean>();
  const keep = (path: string): boolean => {
    let kept = memo.get(path);
    if (kept === undefined) memo.set(path, (kept = inTable(path) && chooser.keep(path)));
    return kept;
  };
  return { table, keep, wants: chooser.wants, hal };
}

const self = (href: string): Rec => ({ self: { href } });

/** Path of a record under its collection: `/api/storage/volumes/<uuid>`. */
function hrefOf(collection: Collection, ctx: Ctx, record: Rec): string {
  const base = `/api${filled(collection.path, ctx.params)}`;
  const parts = collection.keys.map((key) => encodeURIComponent(String(valuesAt(record, key)[0] ?? "")));
  return collection.single ? base : `${base}/${parts.join("/")}`;
}

/** The parent parts of a collection path, as the caller named them. */
export const filled = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));

function shownRecord(collection: Collection, ctx: Ctx, record: Rec, how: Reading): Rec {
  const kept = (pruned(record, how.keep) ?? {}) as Rec;
  return how.hal && !collection.noInstance ? { ...kept, _links: self(hrefOf(collection, ctx, record)) } : kept;
}

/** GET of one record. */
export function readOne(collection: Collection, ctx: Ctx, key: string, hal: boolean): Rec {
  const how = reading(collection, ctx, [], true, hal);
  const entry = collection.find ? collection.find(ctx, key) : collection.list(ctx).find((each) => each.key === key);
  if (!entry) throw notFound(collection.keys.at(-1));
  return shownRecord(collection, ctx, entry.view(how.wants), how);
}

/** GET of a collection: filters, order, page. */
export function readMany(collection: Collection, ctx: Ctx, hal: boolean): Rec {
  const table = knownFields(collection.fields, ctx.cluster.spec.release);
  const wanted = filters(collection, table, ctx);
  const how = reading(
    collection,
    ctx,
    wanted.map((each) => each.field),
    collection.single ?? false,
    hal,
  );
  if (collection.single) return readOne(collection, ctx, "", hal);
  const order = orderOf(ctx.query.get("order_by"), table);
  const search = searchOf(ctx.query);
  let entries = [...collection.list(ctx)].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const views = new Map<Entry, Rec>();
  const view = (entry: Entry): Rec => {
    let record = views.get(entry);
    if (!record) views.set(entry, (record = entry.view((field) => how.wants(field) || touched(field))));
    return record;
  };
  const looked = [...wanted.map((each) => each.field), ...order.map((each) => each.field), ...(search?.fields ?? [])];
  const touched = (field: string): boolean => looked.some((each) => within(each, field) || within(field, each));
  if (wanted.length > 0)
    entries = entries.filter((entry) => wanted.every((each) => each.test(valuesAt(view(entry), each.field))));
  if (search) entries = entries.filter((entry) => search.test(view(entry)));
  if (order.length > 0) entries.sort((a, b) => compareBy(order, view(a), view(b)));
  const page = pageOf(ctx, entries, order.length > 0);
  const withRecords = flagOf(ctx.query, "return_records", true);
  const records = withRecords ? page.entries.map((entry) => shownRecord(collection, ctx, view(entry), how)) : undefined;
  const base = `/api${filled(collection.path, ctx.params)}`;
  const next = page.next ? { next: { href: `${base}?${page.next}` } } : {};
  const links = { ...(hal ? self(selfHref(base, ctx.query)) : {}), ...next };
  return {
    ...(records ? { records } : {}),
    num_records: page.entries.length,
    ...(Object.keys(links).length > 0 ? { _links: links } : {}),
  };
}

const selfHref = (base: string, query: URLSearchParams): string =>
  query.size > 0 ? `${base}?${query.toString()}` : base;

interface Order {
  readonly field: string;
  readonly sign: 1 | -1;
}

function orderOf(text: string | null, table: readonly Field[]): Order[] {
  if (text === null || text === "") return [];
  return text.split(",").map((part) => {
    const [field = "", direction = "asc"] = part.trim().split(/\s+/);
    if (!isKnown(table, field) || !/^(asc|desc)$/.test(direction)) {
      throw new ApiError(262268, `Sorting by field "${field}" is not supported.`, 400, "order_by");
    }
    return { field, sign: direction === "desc" ? -1 : 1 };
  });
}

function compareBy(order: readonly Order[], a: Rec, b: Rec): number {
  for (const { field, sign } of order) {
    const left = valuesAt(a, field)[0];
    const right = valuesAt(b, field)[0];
    if (left === right) continue;
    if (left === undefined || left === null) return sign;
    if (right === undefined || right === null) return -sign;
    if (left < right) return -sign;
    if (left > right) return sign;
  }
  return 0;
}

function searchOf(query: URLSearchParams): { fields: string[]; test(record: Rec): boolean } | undefined {
  const needles = (query.get("query") ?? "").split(/[\s,]+/).filter(Boolean);
  if (needles.length === 0) return undefined;
  const fields = (query.get("query_fields") ?? "name").split(",");
  const textOf = (value: Val): string => String(value).toLowerCase();
  return {
    fields,
    test: (record) =>
      fields.some((field) =>
        valuesAt(record, field).some((value) => needles.some((needle) => textOf(value).includes(needle.toLowerCase()))),
      ),
  };
}

/** `start.key` carries the last key of the page before, `start.offset` its position where records were ordered. Callers treat it as opaque. */
function pageOf(ctx: Ctx, entries: readonly Entry[], ordered: boolean): { entries: readonly Entry[]; next?: string } {
  const { query, fabric } = ctx;
  const asked = query.get("max_records");
  if (asked !== null && !/^[1-9]\d*$/.test(asked)) throw badValue("max_records", asked);
  const size = Math.min(asked === null ? Infinity : Number(asked), fabric.knobs.pageCap);
  const after = query.get("start.key");
  const offset = Number(query.get("start.offset") ?? query.get("offset") ?? 0);
  const rest =
    after !== null ? entries.filter((entry) => entry.key > after) : offset > 0 ? entries.slice(offset) : entries;
  const page = rest.length > size ? rest.slice(0, size) : rest;
  const more = rest.length > size || (fabric.knobs.emptyLastPage && asked !== null && page.length === size);
  const last = page.at(-1);
  if (!more || !last) return { entries: page };
  const next = new URLSearchParams([...query].filter(([name]) => !name.startsWith("start.") && name !== "offset"));
  if (ordered) next.set("start.offset", String(offset + page.length));
  else next.set("start.key", last.key);
  return { entries: page, next: next.toString() };
}
