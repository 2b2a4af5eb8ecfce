import type { FabricState } from "../fabric.js";
import { ApiError } from "../kernel/errors.js";
import type { ActiveTransfer, RelationshipState, SnapshotState, VolumeState } from "../state.js";
import { clonesOf, deltaBytes, setContent, where, written } from "../storage/content.js";
import { deleteSnapshot, isLocked } from "../storage/snapshots.js";
import { resumable } from "./cargo.js";
import { newestCommon } from "./names.js";
import type { Ends } from "./transfers.js";

/**
 * Restore, reference 6.9: the target goes read-only, is reverted to the newest common snapshot, then gets the difference to the chosen
 * one. It stays read-only after a failure until the restore relationship is deleted.
 */
export function prepareRestore(
  fabric: FabricState,
  relationship: RelationshipState,
  transfer: ActiveTransfer,
  both: Ends,
): void {
  const { source, destination: target } = both;
  const chosen = chosenSnapshot(transfer, both);
  const cluster = fabric.cluster(relationship.destination.cluster);
  if (transfer.files) return prepareFiles(transfer, both, chosen);
  if (target.type === "dp" && !target.initialized) {
    target.restoring = relationship.uuid;
    transfer.cargo = [chosen];
    transfer.bytes = Math.round(source.sizeBytes * 0.6);
    return;
  }
  const common = fabric.is(cluster.name, "noCommonSnapshot") ? undefined : newestCommon(target, source);
  if (!common)
    throw new ApiError(
      13303845,
      `No common snapshot between "${relationship.source.path}" and "${relationship.destination.path}".`,
    );
  refuseBusy(fabric, relationship, target, chosen);
  target.restoring = relationship.uuid;
  target.type = "dp";
  setContent(fabric, cluster, target, common.content);
  transfer.cargo = [chosen];
  transfer.bytes = deltaBytes(common.content, chosen.content, source);
  if (resumable(relationship, transfer, source))
    transfer.resumedBytes = Math.min(transfer.bytes, relationship.checkpoint?.bytes ?? 0);
  fabric.effect(cluster.name, "volume overwritten", where(target));
}

const inVolume = (path: string): string => path.replace(/^\//, "");

/** Single files: the target stays a read-write volume, and only the named LUNs are written. */
function prepareFiles(transfer: ActiveTransfer, { destination: target }: Ends, chosen: SnapshotState): void {
  if (target.type !== "rw")
    throw new ApiError(13303845, `Files can only be restored to a read-write volume; "${where(target)}" is not one.`);
  const wanted = (transfer.files ?? []).map((each) => {
    const found = chosen.content.luns.find((lun) => lun.name === inVolume(each.source));
    if (!found) throw new ApiError(13303845, `File "${each.source}" is not in snapshot "${chosen.name}".`);
    return found;
  });
  transfer.cargo = [chosen];
  transfer.bytes = wanted.reduce((sum, each) => sum + Math.round(each.sizeBytes * 0.6), 0);
}

/** A file that is there is overwritten and stays the same LUN; one that is not is a new LUN. */
function finishFiles(
  fabric: FabricState,
  relationship: RelationshipState,
  transfer: ActiveTransfer,
  { destination: target }: Ends,
  chosen: SnapshotState,
): void {
  const cluster = fabric.cluster(relationship.destination.cluster);
  let luns = [...target.content.luns];
  for (const each of transfer.files ?? []) {
    const from = chosen.content.luns.find((lun) => lun.name === inVolume(each.source));
    if (!from) continue;
    const name = inVolume(each.destination);
    const there = luns.find((lun) => lun.name === name);
    const file = { ...from, name, inode: there?.inode ?? fabric.ids.next("inode") };
    luns = there ? luns.map((lun) => (lun === there ? file : lun)) : [...luns, file];
  }
  setContent(fabric, cluster, target, written(fabric, target, luns));
}

function chosenSnapshot(transfer: ActiveTransfer, { source }: Ends): SnapshotState {
  const name = transfer.sourceSnapshot;
  const found = name === undefined ? source.snapshots.at(-1) : source.snapshots.find((each) => each.name === name);
  if (!found) throw new ApiError(13303845, `Snapshot "${name ?? ""}" does not exist on "${where(source)}".`);
  return found;
}

const newerThan = (volume: VolumeState, chosen: SnapshotState): SnapshotState[] =>
  volume.snapshots.filter((each) => each.createdAt > chosen.createdAt && each.versionUuid !== chosen.versionUuid);

/** Where newer snapshots are dropped, one that cannot go stops the restore before it touches anything. */
function refuseBusy(
  fabric: FabricState,
  relationship: RelationshipState,
  target: VolumeState,
  chosen: SnapshotState,
): void {
  const cluster = fabric.cluster(relationship.destination.cluster);
  for (const each of newerThan(target, chosen)) {
    if (isLocked(each, fabric.now))
      throw new ApiError(9437886, `Newer snapshot "${each.name}" of "${where(target)}" is locked.`);
    if (fabric.knobs.restoreNewerSnapshots === "drop" && clonesOf(cluster, target, each).length > 0) {
      throw new ApiError(13303845, `Newer snapshot "${each.name}" of "${where(target)}" has clones.`);
    }
  }
}

/** Success: the chosen content, the snapshot itself on both sides, rw again, and the relationship deletes itself. */
export function finishRestore(
  fabric: FabricState,
  relationship: RelationshipState,
  transfer: ActiveTransfer,
  both: Ends,
): void {
  const target = both.destination;
  const cluster = fabric.cluster(relationship.destination.cluster);
  const chosen = transfer.cargo[0];
  if (!chosen) throw new ApiError(13303845, "Nothing to restore.");
  if (transfer.files) {
    finishFiles(fabric, relationship, transfer, both, chosen);
    leave(fabric, relationship);
    return;
  }
  if (fabric.knobs.restoreNewerSnapshots === "drop") {
    for (const each of newerThan(target, chosen)) deleteSnapshot(fabric, cluster, target, each, "call");
  }
  if (!target.snapshots.some((each) => each.versionUuid === chosen.versionUuid)) {
    target.snapshots.push({ ...chosen, uuid: fabric.ids.next("snapshot") });
    target.snapshots.sort((a, b) => a.createdAt - b.createdAt);
  }
  setContent(fabric, cluster, target, chosen.content);
  target.initialized = true;
  leave(fabric, relationship);
}

function leave(fabric: FabricState, relationship: RelationshipState): void {
  const cluster = fabric.cluster(relationship.destination.cluster);
  releaseTarget(fabric, relationship);
  cluster.relationships = cluster.relationships.filter((each) => each !== relationship);
  forgetRelease(fabric, relationship);
}

/** The target is a read-write volume again. */
export function releaseTarget(fabric: FabricState, relationship: RelationshipState): void {
  const target = fabric.volumeOf(relationship.destination);
  if (target?.restoring !== relationship.uuid) return;
  target.restoring = undefined;
  if (target.initialized) target.type = "rw";
}

export function forgetRelease(fabric: FabricState, relationship: RelationshipState): void {
  const source = fabric.clusters.get(relationship.source.cluster);
  if (source) source.releases = source.releases.filter((each) => each.relationshipUuid !== relationship.uuid);
}
