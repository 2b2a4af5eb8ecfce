import { isIP } from "node:net";
import { text } from "../kernel/body.js";
import { badValue } from "../kernel/errors.js";
import type { Rec } from "../kernel/records.js";

/** An IP address of a body. */
export function address(body: Rec, field: string): string | undefined {
  const value = text(body, field);
  if (value !== undefined && isIP(value) === 0) throw badValue(field, value);
  return value;
}

/** A netmask as a prefix length: given as one, or dotted. Replies show what is stored (reference 2). */
export function prefixLength(body: Rec, field: string): string | undefined {
  const value = text(body, field);
  if (value === undefined) return undefined;
  if (/^\d{1,3}$/.test(value) && Number(value) <= 128) return String(Number(value));
  const bits = value
    .split(".")
    .map((part) => (/^\d{1,3}$/.test(part) && Number(part) < 256 ? Number(part).toString(2).padStart(8, "0") : "x"))
    .join("");
  const match = /^(1*)(0*)$/.exec(bits);
  if (bits.length !== 32 || !match) throw badValue(field, value);
  return String((match[1] ?? "").length);
}

export const family = (ip: string): "ipv4" | "ipv6" => (isIP(ip) === 6 ? "ipv6" : "ipv4");
