import type { SetConfig } from "../../config/types.js";
import { Refusal } from "../../core/problems.js";
import { recallPause } from "../../core/pause-note.js";
import { durationMs } from "../../core/units.js";
import type { MirrorPolicy, Snapshot } from "../../ontap/index.js";
import { hostsBehind } from "../hostsBehind.js";
import { getSet, listClonePlaces } from "../inventory.js";
import { lossesByUpdate, mirrorPolicy, namelessSide, refuseBroken, viewMirrors, type MemberView } from "../mirrors.js";
import { choosePoint, isNightly, nightOf, safetyLabel, type SetPoint } from "../points.js";
import type { ReadTools } from "../tools.js";
import type { Facts, MemberRestore } from "./facts.js";
import type { RestoreRequest } from "./request.js";

const nothing = "Nothing was changed.";

/** Looks at both sides and at every host behind the set's LUNs. Throws a Refusal where a restore cannot be. */
export async function observe(asked: RestoreRequest, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, asked.set);
  const view = await viewMirrors(set, on);
  refuseBroken(set, view.members);
  const members = await Promise.all(view.members.map((member) => viewTarget(member, on)));
  const hosts = await hostsBehind(
    set,
    members.map(({ member, luns }) => ({ source: member.source, luns })),
    on,
  );
  const point = choosePoint(set, view.points, asked.point, on.run.timeZone);
  return {
    set,
    run: on.run,
    point,
    points: view.points,
    members,
    hosts,
    safetyUntil: new Date(Date.parse(on.run.askedAt) + durationMs(on.inventory.leases.safetyCopy)).toISOString(),
    lookFirst: lookFirst(set, point, on),
  };
}

function lookFirst(set: SetConfig, point: SetPoint, on: ReadTools): string | undefined {
  const night = isNightly(set, point.name) ? nightOf(set, point) : null;
  const purposes = listClonePlaces(on.inventory, set).map(({ purpose }) => purpose.name);
  const purpose = purposes.find((each) => each === "testing") ?? purposes[0];
  return night === null || purpose === undefined ? undefined : `clone ${set.name} for ${purpose} from ${night}`;
}

async function viewTarget(member: MemberView, on: ReadTools): Promise<MemberRestore> {
  const { source, mirror, relationship } = member;
  const array = on.ontap(source.cluster);
  const [[target], relationships, peers, luns, policy] = await Promise.all([
    array.volumes.list({ svm: source.svm, name: source.volume }),
    array.relationships.list({ destinationSvm: source.svm, destinationVolume: source.volume }),
    array.svmPeers.list({ svm: source.svm }),
    array.luns.listByVolume(source.svm, source.volume),
    mirrorPolicy(member, on),
  ]);
  if (!target)
    throw new Refusal(`There is no volume ${source.volume} on ${source.cluster} to restore into.`, { next: nothing });
  if (relationships.some((each) => each.restore))
    throw new Refusal(`A restore of ${source.volume} is under way already.`, { next: nothing });
  const alias = peers.find(
    (peer) => peer.peer.svm.name === mirror.svm && peer.peer.cluster.name === mirror.cluster,
  )?.name;
  if (alias === undefined)
    throw new Refusal(`${source.svm} on ${source.cluster} is not peered with ${mirror.svm} on ${mirror.cluster}.`, {
      next: nothing,
    });
  const onSource = await array.snapshots.list(target.uuid);
  await refuseUnknowable(member, onSource, on);
  refuseNoCommon(member, onSource);
  return {
    member,
    target,
    onSource,
    luns: [...luns].sort((a, b) => (a.name < b.name ? -1 : 1)),
    sourcePath: `${alias}:${mirror.volume}`,
    losses: lossesByUpdate(member, onSource, policy, [safetyLabel]),
    unsafe: whyUnsafe(member, policy),
    paused: relationship.state === "paused" ? { note: await recallPause(on, mirror) } : undefined,
  };
}

function whyUnsafe({ mirror, relationship }: MemberView, policy: MirrorPolicy): string | undefined {
  if (relationship.state === "paused") return `the mirror ${mirror.volume} is paused and takes no update`;
  if (relationship.state !== "snapmirrored") return `the mirror ${mirror.volume} is ${relationship.state}`;
  if (relationship.healthy === false) return `the mirror ${mirror.volume} is unhealthy`;
  if (policy.copiesAllSnapshots || policy.retention.some((each) => each.label === safetyLabel)) return undefined;
  return `the policy ${policy.name} of the mirror ${mirror.volume} keeps no snapshots with the label ${safetyLabel}`;
}

async function refuseUnknowable(member: MemberView, onSource: readonly Snapshot[], on: ReadTools): Promise<void> {
  const cluster = namelessSide(member, onSource);
  if (cluster === undefined) return;
  const [lack] = await on.ontap(cluster).cluster.listLacking(["snapshotVersion"]);
  throw new Refusal(
    `I cannot tell which snapshots of ${member.source.volume} and its mirror are the same: ${lack?.says ?? "no snapshot has a version uuid (ONTAP 9.11 or later has)"}, on ${cluster}.`,
    { next: `Upgrade ${cluster}, or restore by hand. ${nothing}` },
  );
}

function refuseNoCommon(member: MemberView, onSource: readonly Snapshot[]): void {
  const there = new Set(onSource.map((each) => each.versionUuid));
  if (member.snapshots.some((each) => each.versionUuid !== undefined && there.has(each.versionUuid))) return;
  throw new Refusal(
    `${member.source.volume} and its mirror have no snapshot in common, so only a full baseline could bring the data back.`,
    { next: nothing },
  );
}
