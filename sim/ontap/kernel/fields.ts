import { ApiError } from "./errors.js";
import { within } from "./records.js";

export interface Field {
  readonly name: string;
  /** Comes only when named or with `**`. */
  readonly expensive: boolean;
}

/**
 * A table of fields in a line each: `name`, `svm.{uuid,name}`, `!` after it for expensive. The list is what `fields=`, filters and order_by
 * may name; since which release they exist stands in `releases.ts`.
 */
export function fieldTable(...specs: readonly string[]): readonly Field[] {
  return specs.flatMap((spec) => spec.split(/\s+/).filter(Boolean)).flatMap(parseSpec);
}

function parseSpec(spec: string): Field[] {
  const [body = ""] = spec.split("@");
  const expensive = body.endsWith("!");
  const names = braces(expensive ? body.slice(0, -1) : body);
  return names.map((name) => ({ name, expensive }));
}

/** `a.{b,c.{d,e}}` -> a.b, a.c.d, a.c.e */
export function braces(text: string): string[] {
  const open = text.indexOf("{");
  if (open < 0) return [text];
  const close = matchingBrace(text, open);
  const inner = splitTop(text.slice(open + 1, close), ",").flatMap(braces);
  return inner.map((each) => text.slice(0, open) + each + text.slice(close + 1));
}

function matchingBrace(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "{") depth += 1;
    if (text[i] === "}" && --depth === 0) return i;
  }
  throw new ApiError(262286, `Mismatched braces in fields specification "${text}".`, 400, "fields");
}

/** Splits at a separator outside braces and double quotes. */
export function splitTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') quoted = !quoted;
    if (quoted) continue;
    if (c === "{") depth += 1;
    if (c === "}") depth -= 1;
    if (c === separator && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** Does the table know this field, or an object that holds some? */
export const isKnown = (table: readonly Field[], name: string): boolean =>
  table.some((field) => within(field.name, name) || within(name, field.name));

/**
 * What `fields=` asks for, as a test on dotted paths. Without it a collection gives the keys and what was filtered by (reference 1.3),
 * an instance gives what `*` gives.
 */
export function fieldChooser(o: {
  table: readonly Field[];
  keys: readonly string[];
  asked: string | null;
  filtered: readonly string[];
  instance: boolean;
  ignoreUnknown: boolean;
  /** Fields a write takes and no read gives. */
  writeOnly: readonly Field[];
}): { keep: (path: string) => boolean; wants: (name: string) => boolean } {
  const chosen = new Set<string>([...o.keys, ...o.filtered]);
  const hidden = new Set<string>();
  const cheap = (): void => o.table.forEach((field) => !field.expensive && chosen.add(field.name));
  if (o.asked === null || o.asked === "") {
    if (o.instance) cheap();
  } else {
    for (const name of splitTop(o.asked, ",")
      .flatMap(braces)
      .map((each) => each.trim())
      .filter(Boolean)) {
      if (name === "*") cheap();
      else if (name === "**") o.table.forEach((field) => chosen.add(field.name));
      else if (name.startsWith("!")) hidden.add(name.slice(1));
      else if (isKnown(o.table, name)) o.table.forEach((field) => addIfIn(chosen, field.name, name));
      else if (isKnown(o.writeOnly, name)) {
        throw new ApiError(262249, `Field "${name}" cannot be read.`, 400, "fields");
      } else if (!o.ignoreUnknown) {
        throw new ApiError(262197, `The value "${name}" is invalid for field "fields" (<field,...>)`, 400, "fields");
      }
    }
  }
  for (const each of hidden) for (const name of chosen) if (within(name, each)) chosen.delete(name);
  const list = [...chosen];
  const memo = new Map<string, boolean>();
  const keep = (path: string): boolean => {
    const known = memo.get(path);
    if (known !== undefined) return known;
    const kept = list.some((each) => within(path, each));
    memo.set(path, kept);
    return kept;
  };
  return { keep, wants: (name) => list.some((each) => within(each, name) || within(name, each)) };
}

function addIfIn(chosen: Set<string>, field: string, name: string): void {
  if (within(field, name)) chosen.add(field);
  else if (within(name, field)) chosen.add(name);
}
