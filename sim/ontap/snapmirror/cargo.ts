import type { FabricState } from "../fabric.js";
import { ApiError } from "../kernel/errors.js";
import { atLeast } from "../kernel/releases.js";
import type {
  ActiveTransfer,
  ClusterState,
  PolicyState,
  RelationshipState,
  SnapshotState,
  VolumeState,
} from "../state.js";
import { clonesOf, deltaBytes, setContent, where } from "../storage/content.js";
import { addSnapshot, deleteSnapshot, isLocked, ownersOf } from "../storage/snapshots.js";
import { findPolicy } from "./lookup.js";
import { isMirrorSnapshot, mirrorPrefix, mirrorSnapshotName, newestCommon } from "./names.js";
import type { Ends } from "./transfers.js";

export const noCommonSnapshot = (relationship: RelationshipState): ApiError =>
  new ApiError(
    13303844,
    `No common snapshot between "${relationship.source.path}" and "${relationship.destination.path}".`,
  );

export function policyOf(fabric: FabricState, relationship: RelationshipState): PolicyState {
  const { cluster, svmUuid } = relationship.destination;
  const found = findPolicy(fabric.cluster(cluster), svmUuid, relationship.policy);
  if (!found) throw new ApiError(13303821, `SnapMirror policy "${relationship.policy}" does not exist.`);
  return found;
}

/** The snapshot both have that the next transfer builds on. An update needs the exported one: anything else means resync. */
function baseOf(fabric: FabricState, relationship: RelationshipState, both: Ends): SnapshotState {
  if (fabric.is(relationship.destination.cluster, "noCommonSnapshot")) throw noCommonSnapshot(relationship);
  const base = both.source.snapshots.find((each) => each.versionUuid === relationship.exported?.versionUuid);
  if (!base || !both.destination.snapshots.some((each) => each.versionUuid === base.versionUuid))
    throw noCommonSnapshot(relationship);
  return base;
}

/** Decides what goes over: reference 5.2 and 6.6. Makes SnapMirror's own snapshot on the source unless the policy or the call says otherwise. */
export function prepare(
  fabric: FabricState,
  relationship: RelationshipState,
  transfer: ActiveTransfer,
  both: Ends,
): void {
  const { source, destination } = both;
  const policy = policyOf(fabric, relationship);
  const first = transfer.type === "initialize";
  if (destination.type !== "dp")
    throw new ApiError(6619546, `Destination volume "${where(destination)}" is not a data protection volume.`);
  if (source.sizeBytes > destination.sizeBytes && destination.autosize?.mode === "off")
    throw new ApiError(
      6620077,
      `Destination volume "${where(destination)}" is smaller than its source and may not grow.`,
    );
  const base = first ? undefined : baseOf(fabric, relationship, both);
  if (base) refuseStall(fabric, relationship, destination);
  const named = transfer.sourceSnapshot;
  const chosen = named === undefined ? undefined : source.snapshots.find((each) => each.name === named);
  if (named !== undefined && !chosen)
    throw new ApiError(13303844, `Snapshot "${named}" does not exist on "${relationship.source.path}".`);
  const resumed = resumable(relationship, transfer, source);
  const own = resumed || chosen || !policy.createOnSource ? undefined : mirrorSnapshot(fabric, relationship, both);
  const labelled = resumed ?? (chosen ? [chosen] : matching(policy, both, base));
  const cargo = [...labelled, ...(own ? [own] : [])].sort((a, b) => a.createdAt - b.createdAt);
  if (cargo.length === 0 && first)
    throw new ApiError(13303812, `There is no snapshot to transfer on "${relationship.source.path}".`);
  transfer.cargo = cargo;
  const target = cargo.at(-1)?.content ?? destination.content;
  transfer.bytes = first ? Math.round(source.sizeBytes * 0.6) : deltaBytes(destination.content, target, source);
  if (resumed) transfer.resumedBytes = Math.min(transfer.bytes, relationship.checkpoint?.bytes ?? 0);
}

/** What an aborted transfer of the same kind was carrying, if the source still has it: it goes on from its checkpoint. */
export function resumable(
  relationship: RelationshipState,
  transfer: ActiveTransfer,
  source: VolumeState,
): SnapshotState[] | undefined {
  const { checkpoint } = relationship;
  if (checkpoint?.type !== transfer.type) return undefined;
  const found = checkpoint.versions.map((version) => source.snapshots.find((each) => each.versionUuid === version));
  const last = found.at(-1);
  if (!last || found.includes(undefined)) return undefined;
  if (transfer.sourceSnapshot !== undefined && last.name !== transfer.sourceSnapshot) return undefined;
  return found.filter((each) => each !== undefined);
}

/** Before 9.12.1 a clone of the snapshot SnapMirror wants to rotate stops every update: reference 7.3. */
function refuseStall(fabric: FabricState, relationship: RelationshipState, destination: VolumeState): void {
  const cluster = fabric.cluster(relationship.destination.cluster);
  if (fabric.knobs.cloneStall === "never" || atLeast(cluster.spec.release, "9.12.1")) return;
  const prefix = mirrorPrefix(destination);
  const held = destination.snapshots.find(
    (each) => each.name.startsWith(prefix) && clonesOf(cluster, destination, each).length > 0,
  );
  if (held) throw new ApiError(13303844, `Snapshot "${held.name}" of "${where(destination)}" is busy: it has clones.`);
}

function mirrorSnapshot(
  fabric: FabricState,
  relationship: RelationshipState,
  { source, destination }: Ends,
): SnapshotState {
  const named = (name: string): SnapshotState | undefined => source.snapshots.find((each) => each.name === name);
  let at = fabric.now;
  let name = mirrorSnapshotName(destination, at);
  // Names have whole seconds: one of this second serves while nothing was written since, else the next second's name is taken.
  for (let there = named(name); there; there = named(name)) {
    if (there.content === source.content) return there;
    name = mirrorSnapshotName(destination, (at += 1_000));
  }
  try {
    return addSnapshot(fabric, source, { name });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ApiError(
      6620053,
      `Failed to create a snapshot on source volume "${relationship.source.path}": ${error.message}`,
    );
  }
}

/** Snapshots of the source the policy wants and the destination has not got. A baseline with rules carries only SnapMirror's own. */
function matching(
  policy: PolicyState,
  { source, destination }: Ends,
  base: SnapshotState | undefined,
): SnapshotState[] {
  const have = new Set(destination.snapshots.map((each) => each.versionUuid));
  const missing = source.snapshots.filter((each) => !have.has(each.versionUuid) && !isMirrorSnapshot(each));
  if (policy.copyAll) return missing;
  if (policy.copyLatest || (!base && policy.createOnSource)) return [];
  const labels = new Set(policy.retention.map((rule) => rule.label));
  return missing.filter(
    (each) => each.label !== undefined && labels.has(each.label) && (!base || each.createdAt >= base.createdAt),
  );
}

/** Success: the snapshots are there, the newest is the file system. Gives what is exported now. */
export function carryOver(
  fabric: FabricState,
  relationship: RelationshipState,
  transfer: ActiveTransfer,
  { source, destination }: Ends,
): NonNullable<RelationshipState["exported"]> {
  const cluster = fabric.cluster(relationship.destination.cluster);
  const have = new Set(destination.snapshots.map((each) => each.versionUuid));
  for (const each of transfer.cargo) {
    if (!have.has(each.versionUuid))
      destination.snapshots.push({ ...each, expiresAt: undefined, uuid: fabric.ids.next("snapshot") });
  }
  destination.snapshots.sort((a, b) => a.createdAt - b.createdAt);
  destination.sizeBytes = Math.max(destination.sizeBytes, source.sizeBytes);
  copyLabels(source, destination);
  const before = relationship.exported;
  const target = transfer.cargo.at(-1);
  const exported =
    target && (!before || target.createdAt >= before.createdAt || transfer.type === "resync") ? target : undefined;
  if (exported) setContent(fabric, cluster, destination, exported.content);
  destination.initialized = true;
  const shown = exported ?? before;
  if (!shown) throw noCommonSnapshot(relationship);
  return { versionUuid: shown.versionUuid, name: shown.name, createdAt: shown.createdAt };
}

/** A label given later on the source is copied with the next update. */
function copyLabels(source: VolumeState, destination: VolumeState): void {
  for (const each of destination.snapshots) {
    const original = source.snapshots.find((one) => one.versionUuid === each.versionUuid);
    if (original?.label !== undefined) each.label = original.label;
  }
}

function dropMaps(cluster: ClusterState, volume: VolumeState): void {
  const luns = new Set([...volume.identities.values()].map((each) => each.uuid));
  cluster.maps = cluster.maps.filter((map) => !luns.has(map.lunUuid));
}

/** One `snapmirror.*` of this mirror stays on either side: reference 16.2. */
export function rotate(fabric: FabricState, relationship: RelationshipState, { source, destination }: Ends): void {
  const prefix = mirrorPrefix(destination);
  for (const [name, volume] of [
    [relationship.source.cluster, source] as const,
    [relationship.destination.cluster, destination] as const,
  ]) {
    const old = volume.snapshots.filter(
      (each) => each.name.startsWith(prefix) && each.versionUuid !== relationship.exported?.versionUuid,
    );
    for (const each of old.slice(0, Math.max(0, old.length - (fabric.knobs.mirrorSnapshotsKept - 1))))
      dropUnlessHeld(fabric, name, volume, each);
  }
  if (policyOf(fabric, relationship).copyAll) propagateDeletes(fabric, relationship, { source, destination });
}

/** copy_all: what was deleted on the source goes from the destination too, but for held ones. */
function propagateDeletes(fabric: FabricState, relationship: RelationshipState, { source, destination }: Ends): void {
  const kept = new Set(source.snapshots.map((each) => each.versionUuid));
  for (const each of destination.snapshots.filter((one) => !kept.has(one.versionUuid))) {
    dropUnlessHeld(fabric, relationship.destination.cluster, destination, each);
  }
}

/** Rules keep the newest `count` of their label; what a clone holds stays and counts on: reference 7.3. */
export function keepRetention(fabric: FabricState, relationship: RelationshipState, { destination }: Ends): void {
  for (const rule of policyOf(fabric, relationship).retention) {
    const labelled = destination.snapshots.filter((each) => each.label === rule.label && !isMirrorSnapshot(each));
    if (rule.preserve) continue;
    for (const each of labelled.slice(0, Math.max(0, labelled.length - rule.count))) {
      dropUnlessHeld(fabric, relationship.destination.cluster, destination, each);
    }
  }
}

function dropUnlessHeld(fabric: FabricState, clusterName: string, volume: VolumeState, snapshot: SnapshotState): void {
  const cluster = fabric.cluster(clusterName);
  const held =
    ownersOf(fabric, cluster, volume, snapshot).length > 0 ||
    isLocked(snapshot, fabric.now) ||
    fabric.is(clusterName, "busySnapshot");
  if (held)
    fabric.ems(
      cluster,
      "snapmirror.dst.snapDelErr",
      "error",
      `Snapshot ${snapshot.name} of ${where(volume)} could not be deleted.`,
    );
  else deleteSnapshot(fabric, cluster, volume, snapshot, "array");
}

/** Resync: the destination goes back to the newest common snapshot; what it has beyond is lost. Reference 6.5. */
export function revertForTransfer(
  fabric: FabricState,
  relationship: RelationshipState,
  { source, destination }: Ends,
  preserve: boolean,
): void {
  const cluster = fabric.cluster(relationship.destination.cluster);
  const common = fabric.is(cluster.name, "noCommonSnapshot") ? undefined : newestCommon(destination, source);
  if (!common) throw noCommonSnapshot(relationship);
  const newer = preserve
    ? []
    : destination.snapshots.filter((each) => each.createdAt > common.createdAt && each !== common);
  for (const each of newer) {
    if (clonesOf(cluster, destination, each).length > 0) {
      throw new ApiError(
        13303810,
        `Snapshot "${each.name}" of "${relationship.destination.path}" is newer than the common one and has clones.`,
      );
    }
    if (isLocked(each, fabric.now)) throw new ApiError(9437886, `Newer snapshot "${each.name}" is locked.`);
  }
  destination.type = "dp";
  if (!fabric.knobs.mapsSurviveResync) dropMaps(cluster, destination);
  for (const each of newer) deleteSnapshot(fabric, cluster, destination, each, "call");
  setContent(fabric, cluster, destination, common.content);
  relationship.exported = { versionUuid: common.versionUuid, name: common.name, createdAt: common.createdAt };
  fabric.effect(cluster.name, "mirror resynced", relationship.destination.path);
}
