import { families } from "../routes/index.js";
import { ApiError } from "./errors.js";
import type { Field } from "./fields.js";
import { atLeast, endpointSince, knownFields, type Release } from "./releases.js";
import type { Collection, Write } from "./route.js";

type Params = Readonly<Record<string, string>>;
export interface MatchedRead {
  readonly params: Params;
  readonly collection: Collection;
  /** Set: one record. */
  readonly key?: string;
}
export interface MatchedWrite {
  readonly params: Params;
  readonly write: Write;
}
export type Matched = MatchedRead | MatchedWrite;

type Target = { readonly collection: Collection; readonly instance: boolean } | { readonly write: Write };

interface Row {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly since: string;
  readonly target: Target;
}

let compiled: readonly Row[] | undefined;

function rows(): readonly Row[] {
  return (compiled ??= families.flatMap((family) => [
    ...family.collections.flatMap((collection) => [
      row("GET", collection.path, { collection, instance: false }),
      ...(collection.noInstance || collection.single
        ? []
        : [row("GET", instancePath(collection), { collection, instance: true })]),
    ]),
    ...family.writes.map((write) => row(write.method, write.path, { write })),
  ]));
}

export const instancePath = (collection: Collection): string =>
  `${collection.path}/${collection.keys.map((key) => `{${key}}`).join("/")}`;

function row(method: string, path: string, target: Target): Row {
  const names: string[] = [];
  const pattern = path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    names.push(name);
    return "([^/]+)";
  });
  return { method, pattern: new RegExp(`^${pattern}$`), names, since: endpointSince(path), target };
}

/** The route of a call; undefined when there is none in that release. */
export function matchRoute(method: string, path: string, release: Release): Matched | undefined {
  for (const each of rows()) {
    if (each.method !== method || !atLeast(release, each.since)) continue;
    const match = each.pattern.exec(path);
    if (!match) continue;
    const values = match.slice(1).map(decoded);
    const params = Object.fromEntries(each.names.map((name, i) => [name, values[i] ?? ""]));
    if ("write" in each.target) return { params, write: each.target.write };
    const { collection, instance } = each.target;
    const own = collection.keys.length;
    return instance ? { params, collection, key: values.slice(-own).join("/") } : { params, collection };
  }
  return undefined;
}

/** A write of many records, asked of a collection. */
export interface BulkCall {
  /** The write of one record that is done for each. */
  readonly write: Write;
  readonly collection: Collection;
  /** The collection's path as it was called. */
  readonly path: string;
  /** Of parents in the path. */
  readonly params: Params;
  /** How the write's path calls the collection's keys; none for a POST. */
  readonly keyNames: readonly string[];
}

/** The write that a POST of `records`, or a PATCH or DELETE of a collection, does for each record; undefined when the collection has none. */
export function bulkCallAt(method: string, path: string, release: Release): BulkCall | undefined {
  const read = matchRoute("GET", path, release);
  if (!read || "write" in read || read.key !== undefined || read.collection.single) return undefined;
  const { collection } = read;
  const found = matchRoute(method, method === "POST" ? path : `${path}${"/-".repeat(collection.keys.length)}`, release);
  if (!found || !("write" in found) || collectionOf(found.write.path) !== collection.path) return undefined;
  if (found.write.path.startsWith("/private/")) return undefined;
  const names = [...found.write.path.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
  return {
    write: found.write,
    collection,
    path,
    params: read.params,
    keyNames: method === "POST" ? [] : names.slice(-collection.keys.length),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiError(39387137, "The URL holds a malformed percent-encoding.", 400);
  }
}

/** Methods the path knows in that release. */
export function methodsAt(path: string, release: Release): string[] {
  return [
    ...new Set(
      rows()
        .filter((each) => each.pattern.test(path) && atLeast(release, each.since))
        .map((each) => each.method),
    ),
  ];
}

const collectionOf = (path: string): string => path.replace(/(\/\{[^}]+\})+$/, "");
const writesAt = (path: string): readonly Write[] =>
  families.flatMap((family) => family.writes).filter((write) => collectionOf(write.path) === collectionOf(path));

/** Fields the writes of an endpoint take, in that release. */
export const writableFields = (path: string, release: Release): readonly Field[] =>
  writesAt(path).flatMap((write) => knownFields(write.path, write.body ?? [], release));

/** Fields the collection a write belongs to can be read and queried by. */
export const readableFields = (path: string, release: Release): readonly Field[] =>
  families
    .flatMap((family) => family.collections)
    .filter((each) => each.path === collectionOf(path))
    .flatMap((each) => knownFields(each.path, each.fields, release));
