import { ApiError, badValue } from "./errors.js";
import { type Field, isKnown } from "./fields.js";
import { type Rec, type Val, valuesAt } from "./records.js";
import type { Collection, Ctx, Entry } from "./route.js";

export interface Order {
  readonly field: string;
  readonly sign: 1 | -1;
}

/** `order_by=f1 desc,f2`. */
export function orderOf(text: string | null, table: readonly Field[]): Order[] {
  if (text === null || text === "") return [];
  return text.split(",").map((part) => {
    const [field = "", direction = "asc"] = part.trim().split(/\s+/);
    if (!isKnown(table, field) || !/^(asc|desc)$/.test(direction)) {
      throw new ApiError(262268, `Sorting by field "${field}" is not supported.`, 400, "order_by");
    }
    return { field, sign: direction === "desc" ? -1 : 1 };
  });
}

/** Unset comes last going up, first going down. */
export function compareBy(order: readonly Order[], a: Rec, b: Rec): number {
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

/** `query` and `query_fields`: one of the words is part of one of the fields. */
export function searchOf(query: URLSearchParams): { fields: string[]; test(record: Rec): boolean } | undefined {
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

/** The key of the last record of the page before, from `start.<key>=…`. */
function after(collection: Collection, query: URLSearchParams): string | undefined {
  const parts = collection.keys.map((key) => query.get(`start.${key}`));
  return parts.every((part) => part !== null) ? parts.join("/") : undefined;
}

/**
 * The page of a query and the query of the next one, if there may be one. `start.<key>` carries the last key, `start.offset` the position
 * where records were ordered; callers treat both as opaque. `pageCap` makes a page partial, `emptyLastPage` lets the last link lead to
 * an empty page.
 */
export function pageOf(
  collection: Collection,
  ctx: Ctx,
  entries: readonly Entry[],
  ordered: boolean,
): { readonly entries: readonly Entry[]; readonly next?: string } {
  const { query, fabric } = ctx;
  const asked = query.get("max_records");
  if (asked !== null && !/^[1-9]\d*$/.test(asked)) throw badValue("max_records", asked);
  const size = Math.min(asked === null ? Infinity : Number(asked), fabric.knobs.pageCap);
  const last = after(collection, query);
  const offset = Number(query.get("start.offset") ?? query.get("offset") ?? 0);
  if (!Number.isInteger(offset) || offset < 0) throw badValue("offset", query.get("offset"));
  const rest =
    last !== undefined ? entries.filter((entry) => entry.key > last) : offset > 0 ? entries.slice(offset) : entries;
  const page = rest.length > size ? rest.slice(0, size) : rest;
  const more = rest.length > size || (fabric.knobs.emptyLastPage && asked !== null && page.length === size);
  const end = page.at(-1);
  if (!more || !end) return { entries: page };
  const next = new URLSearchParams([...query].filter(([name]) => !name.startsWith("start.") && name !== "offset"));
  const parts = collection.keys.length === 1 ? [end.key] : end.key.split("/");
  if (ordered || parts.length !== collection.keys.length) next.set("start.offset", String(offset + page.length));
  else collection.keys.forEach((key, i) => next.set(`start.${key}`, parts[i] ?? ""));
  return { entries: page, next: next.toString() };
}
