import type { SnapshotState, VolumeState } from "../state.js";

/** Prefix of the snapshots SnapMirror makes for one destination: reference 6.2. */
export const mirrorPrefix = (destination: VolumeState): string =>
  `snapmirror.${destination.svm.uuid}_${destination.msid}.`;

/** `snapmirror.<uuid>_<msid>.<YYYY-MM-DD_HHMMSS>` */
export function mirrorSnapshotName(destination: VolumeState, at: number): string {
  const [day = "", clock = ""] = new Date(at).toISOString().split("T");
  return `${mirrorPrefix(destination)}${day}_${clock.slice(0, 8).replaceAll(":", "")}`;
}

export const isMirrorSnapshot = (snapshot: { readonly name: string }): boolean =>
  snapshot.name.startsWith("snapmirror.");

/** The newest snapshot both hold, by version: reference 9. */
export function newestCommon(one: VolumeState, other: VolumeState): SnapshotState | undefined {
  const there = new Set(other.snapshots.map((each) => each.versionUuid));
  return one.snapshots.filter((each) => there.has(each.versionUuid)).sort((a, b) => b.createdAt - a.createdAt)[0];
}
