import { isNode, LineCounter, parseDocument, type Document } from "yaml";
import { ConfigError, type Mistake, type Path, showPath } from "./mistakes.js";
import { isRecord } from "./schema.js";

/** A value to put in place of what the file says: "clusters.cvo-eastus2.url" → "https://127.0.0.1:40123". */
export type Overrides = Readonly<Record<string, unknown>>;

/** The file as plain data that still knows on which line everything stands. */
export interface ConfigDocument {
  readonly root: Record<string, unknown>;
  /** A mistake at a path, with the line of the nearest thing that stands in the file. */
  mistake(path: Path, says: string): Mistake;
}

/** Parses YAML 1.2. Throws ConfigError on text that is no YAML, on a key written twice, and on overrides that meet nothing. */
export function readDocument(file: string, text: string, overrides: Overrides): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const broken = document.errors.map((error): Mistake => ({
    file,
    line: lines.linePos(error.pos[0]).line,
    path: "",
    says: `is not good YAML: ${withoutSource(error.message)}`,
  }));
  if (broken.length > 0) throw new ConfigError(broken);
  const root = plain(document);
  if (!isRecord(root))
    throw new ConfigError([{ file, line: 1, path: "", says: "is empty: start from config/sluice.example.yaml" }]);
  const missed = Object.entries(overrides).filter(([path, value]) => !put(root, splitPath(root, path), value));
  if (missed.length > 0)
    throw new ConfigError(
      missed.map(([path]) => ({ file, line: 0, path, says: "cannot be overridden: there is no such place" })),
    );
  return {
    root,
    mistake: (path, says) => ({ file, line: lineOf(document, lines, path), path: showPath(path, root), says }),
  };
}

function plain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 }) as unknown;
  } catch {
    return undefined;
  }
}

/** The parser quotes what it stumbled over, and that may be a password. */
const withoutSource = (message: string): string => message.replace(/:?\s*["'`*&].*$/s, "").trim();

function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : keyOrValue(document, path.slice(0, length));
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** A setting's line is where its key stands, not where a block below it begins. */
function keyOrValue(document: Document, path: Path): unknown {
  const parent: unknown = document.getIn(path.slice(0, -1), true);
  const key = path[path.length - 1];
  const items = (parent as { items?: readonly unknown[] } | undefined)?.items;
  if (!Array.isArray(items)) return undefined;
  if (typeof key === "number") return items[key];
  const pair = items.find((item) => String((item as { key?: unknown }).key) === key) as { key?: unknown } | undefined;
  return pair?.key;
}

/** Dots part the keys; names of list entries may hold dots themselves, so the longest name that is there wins. */
function splitPath(root: unknown, path: string): string[] {
  const parts = path.split(".");
  const keys: string[] = [];
  let at: unknown = root;
  while (parts.length > 0) {
    let take = parts.length;
    while (take > 1 && step(at, parts.slice(0, take).join(".")) === undefined) take -= 1;
    const key = parts.splice(0, take).join(".");
    keys.push(key);
    at = step(at, key);
  }
  return keys;
}

function step(at: unknown, key: string): unknown {
  if (Array.isArray(at))
    return (at as unknown[]).find((each, i) => String(i) === key || (isRecord(each) && each["name"] === key));
  return isRecord(at) ? at[key] : undefined;
}

function put(root: Record<string, unknown>, keys: readonly string[], value: unknown): boolean {
  const last = keys[keys.length - 1] as string;
  let at: unknown = root;
  for (const key of keys.slice(0, -1)) {
    if (isRecord(at) && at[key] === undefined) at[key] = {};
    at = step(at, key);
  }
  if (!isRecord(at)) return false;
  at[last] = value;
  return true;
}
