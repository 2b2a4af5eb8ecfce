import type { HttpFault, Match } from "../kit/faults.js";

/** Something that holds until it is cleared. */
export type Condition =
  /** Every connection to the cluster is cut, and its peers cannot reach it. */
  | "unreachable"
  /** Every login is refused with 401. */
  | "loginRefused"
  /** The intercluster network of this cluster is down; its API answers. */
  | "peerDown"
  /** Its aggregates are full: transfers to it and new volumes fail. */
  | "destinationFull"
  /** Source volumes here cannot be read: transfers from it fail. */
  | "sourceOffline"
  /** Mirrors whose destination is here find no common snapshot. */
  | "noCommonSnapshot"
  /** SnapMirror cannot delete snapshots here: rotation fails. */
  | "busySnapshot"
  /** Azure Key Vault does not answer: encrypted volumes cannot be cloned or created. */
  | "keyVaultDown";

export type Fault =
  | HttpFault
  /** An ONTAP error body; status defaults to 400. */
  | {
      readonly kind: "error";
      readonly code: number;
      readonly message?: string;
      readonly status?: number;
      readonly retryAfterS?: number;
    }
  /** The job this call starts ends in failure; `when: "after"` lets its effect happen all the same. */
  | { readonly kind: "jobFailure"; readonly code: number; readonly message?: string }
  /**
   * The call needs multi-admin approval: refused with 262325 and a request object until that request is approved
   * (PATCH multi-admin-verify/requests/{index}), then let through once. Also on platforms without the feature.
   */
  | { readonly kind: "approval"; readonly operation?: string };

/** A condition, or what happens to calls that match. */
export type FaultRule = { readonly condition: Condition } | (Match & { readonly does: Fault });

/** A destructive thing that really happened on an array. */
export interface Effect {
  readonly at: number;
  readonly effect:
    | "volume overwritten"
    | "volume deleted"
    | "volume reverted"
    | "snapshot deleted"
    | "lun deleted"
    | "lun unmapped"
    | "igroup deleted"
    | "mirror resynced"
    | "mirror broken"
    | "relationship deleted";
  /** Names that say which: `svm:volume`, `svm:volume@snapshot`, `svm:/vol/…/lun -> igroup`. */
  readonly object: string;
  /** `call`: somebody's request did it; `array`: rotation, retention or the site's own job. */
  readonly by: "call" | "array";
}

export const CONDITIONS: readonly Condition[] = [
  "unreachable",
  "loginRefused",
  "peerDown",
  "destinationFull",
  "sourceOffline",
  "noCommonSnapshot",
  "busySnapshot",
  "keyVaultDown",
];

const DOES: Readonly<Record<Fault["kind"], readonly string[]>> = {
  reset: [],
  hang: [],
  reply: ["status", "headers", "body"],
  delay: ["ms"],
  error: ["code", "message", "status", "retryAfterS"],
  jobFailure: ["code", "message"],
  approval: ["operation"],
};
const NEEDED: Partial<Record<Fault["kind"], string>> = {
  reply: "status",
  delay: "ms",
  error: "code",
  jobFailure: "code",
};
const MATCH = ["method", "path", "body", "nth", "times", "when"];

/** A fault rule from outside, checked: unknown words and missing numbers throw. */
export function faultRuleFrom(given: Readonly<Record<string, unknown>>): FaultRule {
  const only = (value: object, names: readonly string[], where: string): void => {
    const odd = Object.keys(value).find((name) => !names.includes(name));
    if (odd !== undefined) throw new Error(`${where} has no "${odd}"; it has: ${names.join(", ")}`);
  };
  if (given["condition"] !== undefined) {
    only(given, ["condition"], "a condition");
    if (!CONDITIONS.some((each) => each === given["condition"]))
      throw new Error(`there is no condition "${String(given["condition"])}"; there are: ${CONDITIONS.join(", ")}`);
    return given as unknown as FaultRule;
  }
  only(given, [...MATCH, "does"], "a fault rule");
  if (given["when"] !== undefined && given["when"] !== "before" && given["when"] !== "after")
    throw new Error('"when" is before or after');
  const does = given["does"] as { kind?: string } | undefined;
  const kind = does?.kind as Fault["kind"] | undefined;
  if (!does || kind === undefined || !(kind in DOES))
    throw new Error(`"does" has a kind, one of: ${Object.keys(DOES).join(", ")}`);
  only(does, ["kind", ...DOES[kind]], `the fault "${kind}"`);
  const needed = NEEDED[kind];
  if (needed !== undefined && typeof (does as Record<string, unknown>)[needed] !== "number")
    throw new Error(`the fault "${kind}" needs a number "${needed}"`);
  return given as unknown as FaultRule;
}
