import type { FabricState } from "../fabric.js";
import { ApiError, notFound } from "../kernel/errors.js";
import type { ClusterState, SnapshotState, VolumeState } from "../state.js";
import { setContent, where } from "./content.js";
import { deleteSnapshot, isLocked, ownersOf } from "./snapshots.js";

/** The snapshot, if the volume may go back to it; else what stands in the way: reference 7.5. */
export function refuseRevert(
  fabric: FabricState,
  cluster: ClusterState,
  volume: VolumeState,
  wanted: string,
): { snapshot: SnapshotState; newer: readonly SnapshotState[] } {
  if (!cluster.volumes.includes(volume)) throw notFound();
  if (volume.type !== "rw") throw new ApiError(524511, `Volume "${volume.name}" is not a read-write volume.`);
  if (volume.state !== "online") throw new ApiError(9437885, `Volume "${volume.name}" is offline.`);
  const snapshot = volume.snapshots.find((each) => each.name === wanted || each.uuid === wanted);
  if (!snapshot) throw new ApiError(524511, `Snapshot "${wanted}" does not exist on volume "${volume.name}".`);
  const newer = volume.snapshots.filter((each) => each.createdAt > snapshot.createdAt);
  for (const each of newer) {
    const owners = ownersOf(fabric, cluster, volume, each);
    if (owners.includes("snapmirror"))
      throw new ApiError(1638480, `Newer snapshot "${each.name}" is a SnapMirror reference.`);
    if (owners.length > 0) throw new ApiError(524511, `Newer snapshot "${each.name}" is in use.`);
    if (isLocked(each, fabric.now)) throw new ApiError(9437886, `Newer snapshot "${each.name}" is locked.`);
  }
  return { snapshot, newer };
}

/** Volume revert in place (`restore_to`): newer snapshots go. */
export function revertVolume(fabric: FabricState, cluster: ClusterState, volume: VolumeState, wanted: string): void {
  const { snapshot, newer } = refuseRevert(fabric, cluster, volume, wanted);
  for (const each of newer) deleteSnapshot(fabric, cluster, volume, each, "call");
  setContent(fabric, cluster, volume, snapshot.content);
  fabric.effect(cluster.name, "volume reverted", `${where(volume)}@${snapshot.name}`);
}
