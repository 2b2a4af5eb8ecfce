import { Rejected } from "../../core/problems.js";

export interface Release {
  readonly generation: number;
  readonly major: number;
  readonly minor: number;
}

/** What not every release can do, and since when (reference 14). Reads need no gate: they ignore unknown fields. */
export const FEATURES = {
  snapshotLabel: "9.8",
  mirrorThrottle: "9.11",
  mirrorSchedule: "9.11",
  snapshotVersion: "9.11",
  multiAdminVerify: "9.11.1",
  heldSnapshotsDoNotStallMirror: "9.12.1",
  quickResync: "9.13.1",
} as const satisfies Record<string, string>;

export type Feature = keyof typeof FEATURES;

/** Is this release at least "9.11" (or "9.11.1")? */
export function isAtLeast(release: Release, minimum: string): boolean {
  const wanted = minimum.split(".").map(Number);
  const have = [release.generation, release.major, release.minor];
  for (let i = 0; i < 3; i++) {
    const difference = (have[i] ?? 0) - (wanted[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The no a write gets before it is sent, when the release lacks what it says. */
export function lacks(cluster: string, feature: Feature, short: string): Rejected {
  return new Rejected(`it runs ONTAP ${short}; ${feature} needs ${FEATURES[feature]} or later, so nothing was sent`, {
    from: `ONTAP ${cluster}`,
    code: "release",
    next: "Upgrade the cluster, or do without.",
    detail: { feature, needs: FEATURES[feature], release: short },
  });
}
