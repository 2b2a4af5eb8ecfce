import type { Obj } from "../types.js";

/** One thing wrong with a payload, where a JSON pointer says. */
export interface Finding {
  readonly pointer: string;
  readonly message: string;
  readonly code: string;
}

export const isObj = (value: unknown): value is Obj =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Walks a payload, collecting what Slack would refuse, in Slack's words where they are known. */
export class Report {
  readonly findings: Finding[] = [];
  /** Characters people read, tables and charts aside (those have limits of their own). */
  textTotal = 0;

  add(pointer: string, message: string, code = "invalid"): void {
    this.findings.push({ pointer, message, code });
  }

  /** Slack's `response_metadata.messages`. */
  messages(): string[] {
    return this.findings.map((each) => `[ERROR] ${each.message} [json-pointer:${each.pointer}]`);
  }

  /** A string of 1 (or `min`) to `max` characters; absent is fine unless `required`. */
  string(parent: Obj, key: string, at: string, rule: { max: number; min?: number; required?: boolean }): void {
    const value = parent[key];
    if (value === undefined || value === null) {
      if (rule.required) this.missing(at, key);
      return;
    }
    const pointer = `${at}/${key}`;
    if (typeof value !== "string") return this.add(pointer, "must provide a string", "invalid_type");
    this.length(value, pointer, rule.max, rule.min ?? 1);
  }

  length(value: string, pointer: string, max: number, min = 1): void {
    if (value.length > max) this.add(pointer, `must be less than ${max + 1} characters`, "max_length");
    if (value.length < min) this.add(pointer, `must be more than ${min - 1} characters`, "min_length");
  }

  missing(at: string, key: string): void {
    this.add(at, `missing required field: ${key}`, "missing_field");
  }

  /** An array of `min` to `max` items; answers its objects with their pointers. */
  items(
    parent: Obj,
    key: string,
    at: string,
    rule: { max: number; min?: number; required?: boolean },
  ): [Obj, string][] {
    const value = parent[key];
    if (value === undefined || value === null) {
      if (rule.required !== false) this.missing(at, key);
      return [];
    }
    const pointer = `${at}/${key}`;
    if (!Array.isArray(value)) {
      this.add(pointer, "must provide an array", "invalid_type");
      return [];
    }
    this.count(value.length, pointer, rule.max, rule.min ?? 1);
    return value.flatMap((each: unknown, i): [Obj, string][] => {
      if (isObj(each)) return [[each, `${pointer}/${i}`]];
      this.add(`${pointer}/${i}`, "must provide an object", "invalid_type");
      return [];
    });
  }

  count(count: number, pointer: string, max: number, min = 1): void {
    if (count > max) this.add(pointer, `no more than ${max} items allowed`, "max_items");
    if (count < min) this.add(pointer, `no fewer than ${min} items allowed`, "min_items");
  }

  oneOf(parent: Obj, key: string, at: string, allowed: readonly unknown[], required = false): void {
    const value = parent[key];
    if (value === undefined || value === null) {
      if (required) this.missing(at, key);
      return;
    }
    if (!allowed.includes(value)) this.add(`${at}/${key}`, `must be one of: ${allowed.join(", ")}`, "invalid_enum");
  }

  /** A text object of an allowed kind. Text people read counts towards the message's total. */
  text(
    parent: Obj,
    key: string,
    at: string,
    rule: { max: number; min?: number; required?: boolean; plain?: boolean },
  ): void {
    const value = parent[key];
    if (value === undefined || value === null) {
      if (rule.required) this.missing(at, key);
      return;
    }
    this.textObject(value, `${at}/${key}`, rule);
  }

  textObject(value: unknown, pointer: string, rule: { max: number; min?: number; plain?: boolean }): void {
    if (!isObj(value)) return this.add(pointer, "must provide an object", "invalid_type");
    const kinds = rule.plain ? ["plain_text"] : ["plain_text", "mrkdwn"];
    if (!kinds.includes(String(value["type"]))) {
      this.add(`${pointer}/type`, `must be one of: ${kinds.join(", ")}`, "invalid_enum");
    }
    if (value["type"] === "mrkdwn" && value["emoji"] !== undefined) {
      this.add(`${pointer}/emoji`, "must not be provided for mrkdwn", "invalid_field");
    }
    this.string(value, "text", pointer, { max: rule.max, min: rule.min ?? 1, required: true });
    this.textTotal += typeof value["text"] === "string" ? value["text"].length : 0;
  }
}
