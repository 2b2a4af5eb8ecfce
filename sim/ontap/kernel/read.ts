import { checkArguments, flagOf, GENERAL, isFlag } from "./arguments.js";
import { ApiError, notFound, unexpectedArgument } from "./errors.js";
import { fieldChooser, type Field, isKnown } from "./fields.js";
import { linked, self } from "./links.js";
import { compareBy, orderOf, pageOf, searchOf } from "./page.js";
import { predicate, type Predicate } from "./query.js";
import { pruned, type Rec, valuesAt, within } from "./records.js";
import { knownFields } from "./releases.js";
import type { Collection, Ctx, Entry } from "./route.js";

export { flagOf } from "./arguments.js";

/** How a read is to be answered. */
export interface Asked {
  /** `Accept` wants links. */
  readonly hal: boolean;
  /** Fields the endpoint's writes take that no read gives: asking for one is 262249, filtering by one 262250. */
  readonly writeOnly: readonly Field[];
}

interface Filter {
  readonly field: string;
  readonly test: Predicate;
}

/** Does a plain value name another SVM than the request's header (reference 1.1)? */
const contradicts = (name: string, value: string, scope: { readonly uuid: string; readonly name: string }): boolean =>
  (name === "svm.name" && /^\w+$/.test(value) && value !== scope.name) ||
  (name === "svm.uuid" && /^[\w-]+$/.test(value) && value !== scope.uuid);

/** Only arguments the collection knows pass: 262179 otherwise, unless ignore_unknown_fields. */
function filters(collection: Collection, table: readonly Field[], ctx: Ctx, asked: Asked): Filter[] {
  checkArguments(ctx.query);
  const ignore = flagOf(ctx.query, "ignore_unknown_fields", false);
  const found: Filter[] = [];
  for (const [name, value] of ctx.query) {
    if (GENERAL.has(name) || name.startsWith("start.")) continue;
    if (isFlag(collection.path, collection.flags, name, ctx.cluster.spec.release)) continue;
    if (ctx.scope && !ctx.login.svm && contradicts(name, value, ctx.scope))
      throw new ApiError(262245, "The SVM in the request header contradicts the query.", 400, name);
    if (isKnown(table, name)) found.push({ field: name, test: predicate(value) });
    else if (isKnown(asked.writeOnly, name))
      throw new ApiError(262250, `Field "${name}" cannot be queried.`, 400, name);
    else if (!ignore) throw unexpectedArgument(name);
  }
  return found;
}

interface Reading {
  readonly keep: (path: string) => boolean;
  readonly wants: (field: string) => boolean;
}

function reading(
  collection: Collection,
  ctx: Ctx,
  asked: Asked,
  filtered: readonly string[],
  instance: boolean,
): Reading {
  const table = knownFields(collection.path, collection.fields, ctx.cluster.spec.release);
  const shown = collection.shown ?? (table.some((field) => field.name === "name") ? ["name"] : []);
  const chooser = fieldChooser({
    table,
    keys: [...collection.keys, ...shown],
    asked: ctx.query.get("fields"),
    filtered,
    instance,
    ignoreUnknown: flagOf(ctx.query, "ignore_unknown_fields", false),
    writeOnly: asked.writeOnly,
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
  return { keep, wants: chooser.wants };
}

/** Path of a record under its collection: `/api/storage/volumes/<uuid>`. */
function hrefOf(collection: Collection, ctx: Ctx, record: Rec): string {
  const base = `/api${filled(collection.path, ctx.params)}`;
  // A key without a value stands for all, as the SVM "*" of a permission does.
  const parts = collection.keys.map((key) => encodeURIComponent(String(valuesAt(record, key)[0] ?? "*")));
  return collection.single ? base : `${base}/${parts.join("/")}`;
}

/** The parent parts of a collection path, as the caller named them. */
export const filled = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));

function shownRecord(collection: Collection, ctx: Ctx, asked: Asked, record: Rec, how: Reading): Rec {
  const kept = (pruned(record, how.keep) ?? {}) as Rec;
  if (!asked.hal) return kept;
  const links = collection.noInstance ? {} : { _links: self(hrefOf(collection, ctx, record)) };
  return { ...(linked(kept) as Rec), ...links };
}

/** GET of one record. */
export function readOne(collection: Collection, ctx: Ctx, key: string, asked: Asked): Rec {
  filters(collection, knownFields(collection.path, collection.fields, ctx.cluster.spec.release), ctx, asked);
  const how = reading(collection, ctx, asked, [], true);
  const entry = collection.find ? collection.find(ctx, key) : collection.list(ctx).find((each) => each.key === key);
  if (!entry) throw notFound(collection.keys.at(-1));
  return shownRecord(collection, ctx, asked, entry.view(how.wants), how);
}

const byKey = (a: Entry, b: Entry): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** The records a query's filters match, in the order of their keys. */
export function matchingEntries(collection: Collection, ctx: Ctx): readonly Entry[] {
  const table = knownFields(collection.path, collection.fields, ctx.cluster.spec.release);
  const wanted = filters(collection, table, ctx, { hal: false, writeOnly: [] });
  const touched = (field: string): boolean =>
    wanted.some((each) => within(each.field, field) || within(field, each.field));
  return [...collection.list(ctx)].sort(byKey).filter((entry) => {
    const record = entry.view(touched);
    return wanted.every((each) => each.test(valuesAt(record, each.field)));
  });
}

/** GET of a collection: filters, order, page. */
export function readMany(collection: Collection, ctx: Ctx, asked: Asked): Rec {
  if (collection.single) return readOne(collection, ctx, "", asked);
  const table = knownFields(collection.path, collection.fields, ctx.cluster.spec.release);
  const wanted = filters(collection, table, ctx, asked);
  const how = reading(
    collection,
    ctx,
    asked,
    wanted.map((each) => each.field),
    false,
  );
  const order = orderOf(ctx.query.get("order_by"), table);
  const search = searchOf(ctx.query);
  const looked = [...wanted.map((each) => each.field), ...order.map((each) => each.field), ...(search?.fields ?? [])];
  const touched = (field: string): boolean => looked.some((each) => within(each, field) || within(field, each));
  const views = new Map<Entry, Rec>();
  const view = (entry: Entry): Rec => {
    let record = views.get(entry);
    if (!record) views.set(entry, (record = entry.view((field) => how.wants(field) || touched(field))));
    return record;
  };
  let entries = [...collection.list(ctx)].sort(byKey);
  if (wanted.length > 0)
    entries = entries.filter((entry) => wanted.every((each) => each.test(valuesAt(view(entry), each.field))));
  if (search) entries = entries.filter((entry) => search.test(view(entry)));
  if (order.length > 0) entries.sort((a, b) => compareBy(order, view(a), view(b)));
  const page = pageOf(collection, ctx, entries, order.length > 0);
  const records = flagOf(ctx.query, "return_records", true)
    ? page.entries.map((entry) => shownRecord(collection, ctx, asked, view(entry), how))
    : undefined;
  return {
    ...(records ? { records } : {}),
    num_records: page.entries.length,
    ...links(`/api${filled(collection.path, ctx.params)}`, ctx.query, asked, page.next),
  };
}

/** The link to itself is HAL's; the one to the next page always comes. */
function links(base: string, query: URLSearchParams, { hal }: Asked, next: string | undefined): Rec {
  const own = hal ? self(query.size > 0 ? `${base}?${query.toString()}` : base) : {};
  const all = { ...own, ...(next === undefined ? {} : { next: { href: `${base}?${next}` } }) };
  return Object.keys(all).length > 0 ? { _links: all } : {};
}
