import { z } from "zod";
import type { SetConfig } from "../config/types.js";
import { Refusal } from "../core/problems.js";
import { getSet } from "./inventory.js";
import { viewMirrors, type MemberView } from "./mirrors.js";
import type { ReadTools } from "./tools.js";

/** Mirrors are named by their set, or all of them at once. */
export const whichSets = { set: z.string().optional(), all: z.literal(true).optional() } as const;

export interface SetMirrors {
  readonly set: SetConfig;
  readonly members: readonly MemberView[];
}

/** The mirrors a request means, as they are now. Throws a Refusal when it names none. */
export async function viewSets(
  asked: { readonly set?: string | undefined; readonly all?: true | undefined },
  on: ReadTools,
): Promise<readonly SetMirrors[]> {
  const sets = asked.all ? on.inventory.sets : asked.set === undefined ? [] : [getSet(on.inventory, asked.set)];
  if (sets.length === 0)
    throw new Refusal("Which mirror do you mean?", { next: "Name a set, or say all. Nothing was changed." });
  return Promise.all(sets.map(async (set) => ({ set, members: (await viewMirrors(set, on)).members })));
}

/** "prod", "all mirrors": for titles. */
export const setsTitle = (asked: { readonly set?: string | undefined; readonly all?: true | undefined }): string =>
  asked.all ? "all mirrors" : `the mirror of ${asked.set ?? "?"}`;
