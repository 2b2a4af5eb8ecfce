import type { VolumeRef } from "../../config/types.js";
import type { Relationship } from "../../ontap/index.js";
import type { MemberView } from "../mirrors.js";
import type { ReadTools } from "../tools.js";

/** Something a mirror used and nothing else does. */
export interface Left {
  readonly cluster: string;
  readonly kind: "mirrorPolicy" | "schedule" | "svmPeer";
  readonly name: string;
  readonly uuid: string;
  readonly svm: string;
}
export interface Unused {
  readonly remove: readonly Left[];
  /** What stays, and for whom: "policy epic_mirror (svm_epic_dr:epic_prd_dr)". */
  readonly stays: readonly string[];
}

/** What the members' mirrors use on the destination's cluster, and who else uses it. */
export async function unusedBy(members: readonly MemberView[], on: ReadTools): Promise<Unused> {
  const first = members[0];
  if (!first) return { remove: [], stays: [] };
  const { cluster, svm } = first.mirror;
  const array = on.ontap(cluster);
  const [all, policies, schedules, snapshotPolicies, peers] = await Promise.all([
    array.relationships.list({}),
    array.policies.list({}),
    array.schedules.list({}),
    array.snapshotPolicies.list({}),
    array.svmPeers.list({ svm }),
  ]);
  const mine = new Set(members.map(({ relationship }) => relationship.uuid));
  const others = all.filter((each) => !mine.has(each.uuid));
  const gone: Left[] = [];
  const stays: string[] = [];
  const judge = (left: Left, word: string, users: readonly string[]): void => {
    if (users.length === 0) gone.push(left);
    else stays.push(`${word} ${left.name} (${users.join(", ")})`);
  };
  const pathsOf = (found: readonly Relationship[]): string[] => found.map(({ destination }) => destination.path).sort();
  const mineOf = (pick: (each: Relationship) => string | undefined): Set<string> =>
    new Set(members.flatMap(({ relationship }) => pick(relationship) ?? []));

  const policyNames = mineOf((each) => each.policy?.name);
  const usedPolicies = policies.filter((each) => policyNames.has(each.name) && (each.svm ?? svm) === svm);
  for (const policy of usedPolicies) {
    const users = pathsOf(others.filter((each) => each.policy?.name === policy.name));
    judge(
      { cluster, kind: "mirrorPolicy", name: policy.name, uuid: policy.uuid, svm: policy.svm ?? "" },
      "policy",
      users,
    );
  }
  const goingPolicies = new Set(gone.map(({ uuid }) => uuid));
  const scheduleNames = new Set([
    ...mineOf((each) => each.schedule),
    ...usedPolicies.flatMap((each) => each.schedule ?? []),
  ]);
  for (const schedule of schedules.filter((each) => scheduleNames.has(each.name))) {
    const users = [
      ...pathsOf(others.filter((each) => each.schedule === schedule.name)),
      ...policies
        .filter((each) => each.schedule === schedule.name && !goingPolicies.has(each.uuid))
        .map((each) => `policy ${each.name}`),
      ...snapshotPolicies
        .filter((each) => each.copies.some((copy) => copy.schedule === schedule.name))
        .map((each) => `snapshot policy ${each.name}`),
    ];
    judge(
      { cluster, kind: "schedule", name: schedule.name, uuid: schedule.uuid, svm: schedule.svm ?? "" },
      "schedule",
      users,
    );
  }
  const reverse = await reverseUsers(members, first.mirror, on);
  for (const peer of peers.filter((each) =>
    members.some(({ relationship }) => relationship.source.svm === each.name),
  )) {
    const users = [
      ...pathsOf(others.filter((each) => each.source.svm === peer.name && each.destination.svm === svm)),
      ...reverse,
    ];
    judge({ cluster, kind: "svmPeer", name: peer.name, uuid: peer.uuid, svm }, "SVM peering with", users);
  }
  return { remove: gone, stays };
}

/** Mirrors that run the other way over the same peering: a failed over set, for one. */
async function reverseUsers(members: readonly MemberView[], mirror: VolumeRef, on: ReadTools): Promise<string[]> {
  const places = new Map(members.map(({ source }) => [`${source.cluster}/${source.svm}`, source]));
  const found = await Promise.all(
    [...places.values()].map(({ cluster, svm }) => on.ontap(cluster).relationships.list({ destinationSvm: svm })),
  );
  return found
    .flat()
    .filter((each) => each.source.cluster === undefined || each.source.cluster === mirror.cluster)
    .map(({ destination }) => destination.path);
}
