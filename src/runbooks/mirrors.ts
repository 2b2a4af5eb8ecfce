import type { SetConfig, VolumeRef } from "../config/types.js";
import { Refusal } from "../core/problems.js";
import type { MirrorPolicy, Relationship, Snapshot, Volume } from "../ontap/index.js";
import { completePoints, type SetPoint } from "./points.js";
import type { ReadTools } from "./tools.js";

/** One member of a set as the arrays have it now. */
export interface MemberView {
  readonly source: VolumeRef;
  readonly mirror: VolumeRef;
  readonly volume: Volume;
  readonly relationship: Relationship;
  /** On the mirror. */
  readonly snapshots: readonly Snapshot[];
}

/** A set's mirrors, and what else lives in their SVMs: few calls, each for all members at once. */
export interface MirrorView {
  readonly members: readonly MemberView[];
  /** Every volume of the mirrors' SVM (clones among them). */
  readonly volumes: readonly Volume[];
  readonly points: readonly SetPoint[];
}

const nothing = "Nothing was changed.";

/** Looks at the mirrors of a set. Throws a Refusal where a volume or its mirror is missing. */
export async function viewMirrors(set: SetConfig, on: ReadTools): Promise<MirrorView> {
  const first = set.members[0]?.mirror;
  if (!first) throw new Refusal(`${set.name} has no volumes in the configuration.`, { next: nothing });
  const elsewhere = set.members.find(({ mirror }) => mirror.cluster !== first.cluster || mirror.svm !== first.svm);
  if (elsewhere)
    throw new Refusal(
      `The mirrors of ${set.name} lie in several SVMs (${first.svm} and ${elsewhere.mirror.svm}), and working on those together is not available yet.`,
      { next: nothing },
    );
  const array = on.ontap(first.cluster);
  const [volumes, relationships] = await Promise.all([
    array.volumes.list({ svm: first.svm }),
    array.relationships.list({}),
  ]);
  const members = await Promise.all(
    set.members.map(async ({ source, mirror }): Promise<MemberView> => {
      const volume = volumes.find((each) => each.name === mirror.volume);
      const relationship = relationships.find(
        (each) => !each.restore && each.destination.svm === mirror.svm && each.destination.volume === mirror.volume,
      );
      if (!volume || !relationship) {
        const what = volume ? `${mirror.volume} is no mirror of anything` : `there is no volume ${mirror.volume}`;
        throw new Refusal(`${set.name} is not protected: ${what} on ${mirror.cluster}.`, {
          next: nothing,
          detail: { choices: [{ label: `Protect ${set.name}`, say: `protect ${set.name}` }] },
        });
      }
      return { source, mirror, volume, relationship, snapshots: await array.snapshots.list(volume.uuid) };
    }),
  );
  return { members, volumes, points: completePoints(members.map((member) => member.snapshots)) };
}

/** A mirror that holds nothing, or is broken off, cannot be cloned or restored from by routine. Throws a Refusal. */
export function refuseBroken(set: SetConfig, members: readonly MemberView[]): void {
  for (const { mirror, relationship } of members) {
    if (relationship.state === "uninitialized") {
      throw new Refusal(
        `The mirror ${mirror.volume} on ${mirror.cluster} has never finished its first transfer, so there is nothing of ${set.name} there yet.`,
        { next: nothing },
      );
    }
    if (relationship.state === "broken_off") {
      throw new Refusal(
        `The mirror ${mirror.volume} on ${mirror.cluster} is broken off (failed over): what it holds is live data of its own, not a copy.`,
        { next: nothing },
      );
    }
  }
}

/** A paused mirror takes no updates, so a plan that needs one ends here. Throws a Refusal. */
export function refusePaused(set: SetConfig, members: readonly MemberView[]): void {
  if (members.every(({ relationship }) => relationship.state !== "paused")) return;
  throw new Refusal(`The mirror of ${set.name} is paused, and a paused mirror takes no updates.`, {
    next: `Resume it first. ${nothing}`,
    detail: { choices: [{ label: "Resume it", say: `resume the ${set.name} mirror` }] },
  });
}

/** A snapshot a mirror would lose, and why. */
export interface Loss {
  readonly volume: string;
  readonly snapshot: string;
  readonly taken: string | undefined;
  readonly why: string;
}

/**
 * What an update of the mirror would take from it: by the policy's counts per label (vault rules), or, with copy_all, what the source has deleted.
 * Held snapshots (clones) and SnapMirror's own are not counted. `coming`: labels of snapshots this plan will make first.
 * Source: reference 5.2, 7.3, 16.2.
 */
export function lossesByUpdate(
  member: MemberView,
  onSource: readonly Snapshot[],
  policy: MirrorPolicy,
  coming: readonly string[] = [],
): readonly Loss[] {
  const there = new Set(member.snapshots.map((each) => each.versionUuid ?? each.name));
  const user = member.snapshots.filter((each) => !each.name.startsWith("snapmirror.") && each.owners.length === 0);
  const { volume } = member.mirror;
  const loss = (snapshot: Snapshot, why: string): Loss => ({
    volume,
    snapshot: snapshot.name,
    taken: snapshot.createTime,
    why,
  });
  if (policy.copiesAllSnapshots) {
    const alive = new Set(onSource.map((each) => each.versionUuid ?? each.name));
    return user
      .filter((each) => !alive.has(each.versionUuid ?? each.name))
      .map((each) => loss(each, "the source has deleted it"));
  }
  return policy.retention.flatMap((rule) => {
    const labelled = member.snapshots
      .filter((each) => each.label === rule.label && !each.name.startsWith("snapmirror."))
      .sort((a, b) => Date.parse(a.createTime ?? "") - Date.parse(b.createTime ?? ""));
    const newer = onSource.filter(
      (each) => each.label === rule.label && !there.has(each.versionUuid ?? each.name),
    ).length;
    const over = labelled.length + newer + coming.filter((label) => label === rule.label).length - rule.count;
    // One that is held is kept and counts on; none goes in its place.
    return labelled
      .slice(0, Math.max(0, over))
      .filter((each) => user.includes(each))
      .map((each) => loss(each, `the policy keeps ${rule.count} of "${rule.label}"`));
  });
}

/** "nightly.2026-11-01_0200 (the policy keeps 30 of "daily")" */
export const describeLoss = (loss: Loss): string => `${loss.snapshot} (${loss.why})`;

/** Every snapshot of a member's source volume. Throws a Refusal where the volume is missing. */
export async function sourceSnapshots(member: MemberView, on: ReadTools): Promise<readonly Snapshot[]> {
  const array = on.ontap(member.source.cluster);
  const [volume] = await array.volumes.list({ svm: member.source.svm, name: member.source.volume });
  if (!volume)
    throw new Refusal(`There is no volume ${member.source.volume} on ${member.source.cluster}.`, {
      next: "Nothing was changed.",
    });
  return array.snapshots.list(volume.uuid);
}

/**
 * The cluster whose snapshots have no identity that a mirror's two sides share (ONTAP before 9.11); undefined where both have. What a run takes on
 * the source can be found on the mirror by nothing else: a name alone proves nothing.
 */
export const namelessSide = (
  { source, mirror, snapshots }: MemberView,
  onSource: readonly Snapshot[],
): string | undefined =>
  [
    { cluster: source.cluster, there: onSource },
    { cluster: mirror.cluster, there: snapshots },
  ].find(({ there }) => there.length > 0 && there.every((each) => each.versionUuid === undefined))?.cluster;

/** The policy a member's mirror follows. Throws a Refusal where it cannot be read. */
export async function mirrorPolicy(member: MemberView, on: ReadTools): Promise<MirrorPolicy> {
  const { policy } = member.relationship;
  const found = (await on.ontap(member.mirror.cluster).policies.list({})).find((each) =>
    policy?.uuid ? each.uuid === policy.uuid : each.name === policy?.name,
  );
  if (!found)
    throw new Refusal(`The policy of the mirror ${member.mirror.volume} cannot be read.`, {
      next: "Nothing was changed.",
    });
  return found;
}
