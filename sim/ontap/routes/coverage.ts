import { endpointSince } from "../kernel/releases.js";
import { instancePath } from "../kernel/table.js";
import { families } from "./index.js";

export interface CoverageRow {
  readonly family: string;
  readonly method: string;
  readonly path: string;
  readonly reply: "read" | "sync" | "async";
  /** Release that brought it, as in "9.10". */
  readonly since: string;
  /** Codes besides the general ones of reference 1.5. */
  readonly errors: readonly number[];
}

/** What the simulator answers, in the order of the registry: the source of the coverage table in docs. */
export function coverage(): readonly CoverageRow[] {
  return families.flatMap((family) => [
    ...family.collections.flatMap((collection) => {
      const row = {
        family: family.name,
        method: "GET",
        reply: "read" as const,
        since: endpointSince(collection.path),
        errors: [],
      };
      const instance = collection.noInstance || collection.single ? [] : [{ ...row, path: instancePath(collection) }];
      return [{ ...row, path: collection.path }, ...instance];
    }),
    ...family.writes.map((write) => ({
      family: family.name,
      method: write.method,
      path: write.path,
      reply: write.reply,
      since: endpointSince(write.path),
      errors: write.errors,
    })),
  ]);
}
