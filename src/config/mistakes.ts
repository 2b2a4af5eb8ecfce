import type { z } from "zod";
import { Refusal } from "../core/problems.js";
import { isRecord } from "./schema.js";

/** One thing wrong with the configuration, and where. */
export interface Mistake {
  readonly file: string;
  /** 1-based; 0 when the value did not come from the file. */
  readonly line: number;
  /** `clusters.cvo-eastus2.login.password`: entries of lists by their name where they have one. */
  readonly path: string;
  readonly says: string;
}

/** Every mistake of a configuration, in one message. Nothing was connected to. The command line exits 2. */
export class ConfigError extends Refusal {
  constructor(readonly mistakes: readonly Mistake[]) {
    const lines = mistakes.map(
      ({ file, line, path, says }) => `  ${file}${line > 0 ? `:${line}` : ""}  ${path === "" ? "" : `${path} `}${says}`,
    );
    const count = mistakes.length === 1 ? "one mistake" : `${mistakes.length} mistakes`;
    super(`The configuration has ${count}; nothing was started.\n${lines.join("\n")}`);
  }

  override get sentence(): string {
    return this.message;
  }
}

export type Path = readonly (string | number)[];

/** A path as people read it: list entries by their name. */
export function showPath(path: Path, root: unknown): string {
  let at: unknown = root;
  return path
    .map((key) => {
      at = Array.isArray(at) || isRecord(at) ? (at as Record<string | number, unknown>)[key] : undefined;
      return typeof key === "number" && isRecord(at) && typeof at["name"] === "string" ? at["name"] : String(key);
    })
    .join(".");
}

/** Zod's issues as sentences that never repeat a value: it may be a secret written in the wrong place. */
export function flatIssues(error: z.core.$ZodError, prefix: Path, root: unknown): { path: Path; says: string }[] {
  return error.issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({ path: [...path, key], says: "is not a setting known here" }));
    if (issue.code === "invalid_key") return [{ path, says: "is not a possible name" }];
    return [{ path, says: saysOf(issue, valueAt(root, path)) }];
  });
}

function saysOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && issue.code !== "custom") return "is missing";
  switch (issue.code) {
    case "invalid_type":
      return `should be ${an(issue.expected)} and is ${value === null ? "empty" : an(kindOf(value))}`;
    case "invalid_value":
      return `should be ${orList(issue.values.map(String))}`;
    case "too_small":
      return issue.message.startsWith("Too small") ? `should be at least ${issue.minimum}` : issue.message;
    case "too_big":
      return `should be at most ${issue.maximum}`;
    case "invalid_union":
      if (issue.message !== "Invalid input") return issue.message;
      return "options" in issue && Array.isArray(issue.options)
        ? `should be ${orList(issue.options.map(String))}`
        : "is none of the forms that are understood here";
    default:
      return issue.message;
  }
}

export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (Array.isArray(at) || isRecord(at) ? (at as Record<string | number, unknown>)[key] : undefined),
    root,
  );
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? "list" : typeof value);
const names: Record<string, string> = {
  array: "a list",
  list: "a list",
  object: "a group of settings",
  record: "a group of settings",
  int: "a whole number",
  boolean: "true or false",
  string: "text",
};
const an = (kind: string): string => names[kind] ?? `a ${kind}`;
const orList = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "something else") : `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
