import type { Obj } from "../types.js";

/** Careful looks into blocks, which are JSON from outside. */

export const isObj = (value: unknown): value is Obj =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const objAt = (value: unknown, key: string): Obj | undefined => {
  const found = isObj(value) ? value[key] : undefined;
  return isObj(found) ? found : undefined;
};

export const listAt = (value: unknown, key: string): unknown[] => {
  const found = isObj(value) ? value[key] : undefined;
  return Array.isArray(found) ? (found as unknown[]) : [];
};

export const objsAt = (value: unknown, key: string): Obj[] => listAt(value, key).filter(isObj);

export const textAt = (value: unknown, key: string): string => {
  const found = isObj(value) ? value[key] : undefined;
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : "";
};

/** The `text` of the text object under `key`. */
export const labelAt = (value: unknown, key: string): string => textAt(objAt(value, key), "text");
