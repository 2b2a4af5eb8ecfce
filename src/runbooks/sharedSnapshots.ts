import { Refusal } from "../core/problems.js";
import type { Snapshot } from "../ontap/index.js";
import { sourceSnapshots, type MemberView } from "./mirrors.js";
import type { ReadTools } from "./tools.js";

const nothing = "Nothing was changed.";
const byAge = (a: Snapshot, b: Snapshot): number => Date.parse(b.createTime ?? "") - Date.parse(a.createTime ?? "");

/** What a mirror and its source share, and what a way back to it takes from the mirror. */
export interface Common {
  readonly onSource: readonly Snapshot[];
  /** On the mirror: the newest snapshot that the source has too. Undefined: there is none. */
  readonly newest: Snapshot | undefined;
  /** On the mirror, newer than it; newest first. */
  readonly newer: readonly Snapshot[];
}

/**
 * Compares both sides by `version_uuid` (reference 9): a name alone proves nothing. Throws a Refusal where a release knows none.
 */
export async function commonOf(member: MemberView, on: ReadTools): Promise<Common> {
  const onSource = await sourceSnapshots(member, on);
  await refuseUnknowable(member, onSource, on);
  const there = new Set(onSource.map((each) => each.versionUuid));
  const mine = [...member.snapshots].sort(byAge);
  const at = mine.findIndex((each) => each.versionUuid !== undefined && there.has(each.versionUuid));
  return { onSource, newest: mine[at], newer: at < 0 ? mine : mine.slice(0, at) };
}

async function refuseUnknowable(member: MemberView, onSource: readonly Snapshot[], on: ReadTools): Promise<void> {
  const sides = [
    { cluster: member.source.cluster, snapshots: onSource },
    { cluster: member.mirror.cluster, snapshots: member.snapshots },
  ];
  for (const { cluster, snapshots } of sides) {
    if (snapshots.length === 0 || snapshots.some((each) => each.versionUuid !== undefined)) continue;
    const [lack] = await on.ontap(cluster).cluster.listLacking(["snapshotVersion"]);
    throw new Refusal(
      `I cannot tell which snapshots ${member.source.volume} and its mirror share: ${lack?.says ?? "no snapshot has a version uuid (ONTAP 9.11 or later has)"}, on ${cluster}.`,
      { next: `Upgrade ${cluster}, or do it by hand. ${nothing}` },
    );
  }
}

/** Is what the mirror shows still on the source? Without it no update is possible, only a resynchronisation. */
export const hasBase = (member: MemberView, { onSource }: Common): boolean => {
  const base = member.snapshots.find((each) => each.name === member.relationship.exportedSnapshot);
  return base !== undefined && onSource.some((each) => each.versionUuid === base.versionUuid);
};
