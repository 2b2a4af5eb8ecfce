import { plainText, type Said } from "../core/said.js";

/** bad: data is at risk or unknown. warning: somebody should look today. note: good to know. */
export type Severity = "bad" | "warning" | "note";

/** What can be wrong, worst first: within a severity findings are listed in this order. */
export const findingKinds = [
  "unfenced",
  "keyVaultLost",
  "keySecretEnded",
  "unreachable",
  "peerDown",
  "unpeered",
  "keySecretEnding",
  "volumeGone",
  "sourceReadOnly",
  "volumeOffline",
  "unprotected",
  "wrongSource",
  "uninitialized",
  "brokenOff",
  "failedOver",
  "outOfSync",
  "noPoint",
  "unhealthy",
  "paused",
  "late",
  "unscheduled",
  "unknownState",
  "keyVaultUnknown",
  "keySecretUnknown",
  "nightMissing",
  "noNights",
  "crashNight",
  "safetyEnded",
  "safetyEnding",
  "leaseEnded",
  "pinLeft",
  "cloneUnfinished",
  "leaseEnding",
  "idle",
  "peerPartial",
  "transferring",
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** One thing that is not as it should be, as a sentence for people. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** The set it is about; absent: a whole cluster. */
  readonly set?: string;
  /** One or two words for a table: "paused". */
  readonly word: string;
  /** The whole sentence: which object, since when, why. */
  readonly says: Said;
  /** Sorts equals: how bad within its kind, larger is worse. */
  readonly weight: number;
  /** What can be said to do something about it. */
  readonly choices: readonly { readonly label: string; readonly say: string }[];
}

const severities: readonly Severity[] = ["bad", "warning", "note"];

/** Worst first. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      findingKinds.indexOf(a.kind) - findingKinds.indexOf(b.kind) ||
      b.weight - a.weight ||
      (plainText(a.says) < plainText(b.says) ? -1 : 1),
  );
}
