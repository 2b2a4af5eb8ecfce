/** JSON as ONTAP's REST speaks it. `undefined` members are never sent: an unset field is absent, not null. */
export type Val = string | number | boolean | null | Rec | readonly Val[];
export interface Rec {
  readonly [key: string]: Val | undefined;
}

export const isRec = (value: unknown): value is Rec =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every value under a dotted path; arrays on the way fan out. Empty when unset. */
export function valuesAt(record: Val | undefined, path: string): Val[] {
  if (record === undefined) return [];
  if (path === "")
    return Array.isArray(record) ? (record as readonly Val[]).flatMap((each) => valuesAt(each, "")) : [record];
  if (Array.isArray(record)) return (record as readonly Val[]).flatMap((each) => valuesAt(each, path));
  if (!isRec(record)) return [];
  const dot = path.indexOf(".");
  const head = dot < 0 ? path : path.slice(0, dot);
  return valuesAt(record[head], dot < 0 ? "" : path.slice(dot + 1));
}

/** Is `path` the field `chosen`, or inside it? */
export const within = (path: string, chosen: string): boolean => path === chosen || path.startsWith(`${chosen}.`);

/** Keeps the leaves `keep` accepts; objects left empty go, arrays stay. */
export function pruned(value: Val, keep: (path: string) => boolean, path = ""): Val | undefined {
  if (Array.isArray(value)) {
    if (path !== "" && (value.length === 0 || !isRec(value[0]))) return keep(path) ? value : undefined;
    const kept = (value as readonly Val[]).map((each) => pruned(each, keep, path)).filter((each) => each !== undefined);
    return kept.length > 0 ? kept : undefined;
  }
  if (!isRec(value)) return keep(path) ? value : undefined;
  const out: Record<string, Val> = {};
  for (const [key, each] of Object.entries(value)) {
    if (each === undefined) continue;
    const kept = pruned(each, keep, path === "" ? key : `${path}.${key}`);
    if (kept !== undefined) out[key] = kept;
  }
  if (Object.keys(out).length === 0 && path !== "") return undefined;
  return out;
}

/** Dotted keys become nested objects (`{"svm.name":"x"}` = `{"svm":{"name":"x"}}`). Calls `twice` for a field given both ways. */
export function nested(value: unknown, twice: (field: string) => void): Val {
  if (Array.isArray(value)) return value.map((each) => nested(each, twice));
  if (!isRec(value)) return value as Val;
  const out: Record<string, Val> = {};
  for (const [key, each] of Object.entries(value)) {
    const parts = key.split(".");
    let at = out;
    for (const part of parts.slice(0, -1)) {
      const next = at[part];
      if (!isRec(next)) at[part] = {};
      at = at[part] as Record<string, Val>;
    }
    const last = parts.at(-1) ?? key;
    const inner = nested(each, twice);
    const there = at[last];
    if (isRec(there) && isRec(inner)) {
      for (const [name, member] of Object.entries(inner)) {
        if (there[name] !== undefined) twice(`${key}.${name}`);
        (there as Record<string, Val>)[name] = member as Val;
      }
    } else {
      if (there !== undefined) twice(key);
      at[last] = inner;
    }
  }
  return out;
}

/** Dotted names of all leaves of a body, array indices elided. */
export function leafNames(value: Val, path = ""): string[] {
  if (Array.isArray(value)) {
    const inner = (value as readonly Val[]).flatMap((each) => (isRec(each) ? leafNames(each, path) : []));
    return inner.length > 0 ? inner : [path];
  }
  if (!isRec(value)) return [path];
  return Object.entries(value).flatMap(([key, each]) =>
    each === undefined ? [] : leafNames(each, path === "" ? key : `${path}.${key}`),
  );
}
