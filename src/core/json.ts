/** Plain data: what may be stored, hashed and sent. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * Canonical JSON (keys sorted, no white space), so that equal plans have equal bytes.
 * Throws on anything that is not plain JSON: a Date, a class instance, NaN, a function. `undefined` members are left out.
 */
export function canonical(value: unknown, path = "$"): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${path} is ${value}, which JSON cannot carry`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    // Array.from sees holes too, which `map` passes over
    return `[${Array.from(value, (each: unknown, i) => (each === undefined ? fail(path, each) : canonical(each, `${path}[${i}]`))).join(",")}]`;
  }
  if (
    typeof value !== "object" ||
    (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null)
  ) {
    return fail(path, value);
  }
  const members = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}:${canonical(each, `${path}.${key}`)}`);
  return `{${members.join(",")}}`;
}

function fail(path: string, value: unknown): never {
  throw new TypeError(
    `${path} is ${typeof value === "object" ? (value?.constructor?.name ?? "an object") : typeof value}, not plain JSON`,
  );
}
