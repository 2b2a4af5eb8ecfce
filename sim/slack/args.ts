import { isObj } from "./blockkit/report.js";
import type { Request } from "./server.js";
import { SlackError, type Obj } from "./types.js";

/** Arguments that travel as JSON text inside a form. */
const nested = new Set([
  "blocks",
  "attachments",
  "metadata",
  "view",
  "files",
  "prompts",
  "message",
  "loading_messages",
  "unfurls",
]);

/** Reads a Web API call's arguments: urlencoded (nested values as JSON text), JSON, or multipart. Throws SlackError. */
export function parseArgs(request: Request): Obj {
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/json")) {
    const parsed = tryJson(request.body.toString("utf8") || "{}");
    if (!isObj(parsed)) throw new SlackError("json_not_object");
    return parsed;
  }
  const pairs = type.startsWith("multipart/form-data")
    ? parseMultipart(request.body, type).map((part) => [part.name, part.data.toString("utf8")] as const)
    : [...new URLSearchParams(request.body.toString("utf8"))];
  const args: Obj = Object.fromEntries(request.query);
  for (const [key, value] of pairs) args[key] = nested.has(key) ? parseNested(key, value) : value;
  return args;
}

function parseNested(key: string, text: string): unknown {
  const value = tryJson(text);
  if (value !== undefined) return value;
  throw new SlackError(key === "blocks" ? "invalid_blocks_format" : "invalid_arguments", {
    response_metadata: { messages: [`[ERROR] invalid JSON [json-pointer:/${key}]`] },
  });
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Part {
  readonly name: string;
  readonly fileName?: string;
  readonly data: Buffer;
}

/** The parts of a multipart/form-data body (RFC 7578). */
export function parseMultipart(body: Buffer, contentType: string): Part[] {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  const mark = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  let at = body.indexOf(mark);
  while (at >= 0) {
    const next = body.indexOf(mark, at + mark.length);
    if (next < 0) break;
    const part = readPart(body.subarray(at + mark.length + 2, next - 2));
    if (part) parts.push(part);
    at = next;
  }
  return parts;
}

function readPart(bytes: Buffer): Part | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = bytes.subarray(0, headEnd).toString("utf8");
  const name = /name="([^"]*)"/.exec(head)?.[1];
  if (name === undefined) return undefined;
  const fileName = /filename="([^"]*)"/.exec(head)?.[1];
  return { name, data: bytes.subarray(headEnd + 4), ...(fileName === undefined ? {} : { fileName }) };
}

/** A string argument, or a SlackError `invalid_arguments` naming it. */
export function getString(args: Obj, key: string): string {
  const value = args[key];
  if (typeof value === "string" && value !== "") return value;
  throw new SlackError("invalid_arguments", {
    response_metadata: { messages: [`[ERROR] missing required field: ${key} [json-pointer:/${key}]`] },
  });
}

export function findString(args: Obj, key: string): string | undefined {
  const value = args[key];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function isTrue(value: unknown): boolean {
  return value === true || value === "true" || value === "1" || value === 1;
}

/** `limit`/`cursor` paging: a page of a list and what Slack says about the next. */
export function pageOf<T>(list: readonly T[], args: Obj, most = 1000): { page: readonly T[]; more: Obj } {
  const limit = Math.min(Number(findString(args, "limit") ?? 100) || 100, most);
  const from = Number(Buffer.from(findString(args, "cursor") ?? "", "base64").toString() || 0);
  const rest = from + limit < list.length;
  const next = rest ? Buffer.from(String(from + limit)).toString("base64") : "";
  return { page: list.slice(from, from + limit), more: { response_metadata: { next_cursor: next } } };
}
