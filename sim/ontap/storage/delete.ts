import type { FabricState } from "../fabric.js";
import { ApiError, notFound } from "../kernel/errors.js";
import type { ClusterState, VolumeState } from "../state.js";
import { clonesOf, where } from "./content.js";

/** Deletes a volume, into the recovery queue unless forced: reference 7.4. */
export function deleteVolume(fabric: FabricState, cluster: ClusterState, volume: VolumeState, force: boolean): void {
  if (!cluster.volumes.includes(volume)) throw notFound();
  refuseUses(cluster, volume, fabric.now);
  const lunUuids = new Set([...volume.identities.values()].map((identity) => identity.uuid));
  const mapped = cluster.maps.filter((map) => lunUuids.has(map.lunUuid));
  if (mapped.length > 0 && fabric.knobs.deleteWithMappedLun === "busy") {
    throw new ApiError(524486, `Volume "${volume.name}" is busy: it holds mapped LUNs.`);
  }
  for (const map of mapped) fabric.effect(cluster.name, "lun unmapped", `${where(volume)} (${map.lunUuid})`);
  cluster.maps = cluster.maps.filter((map) => !mapped.includes(map));
  cluster.volumes = cluster.volumes.filter((each) => each !== volume);
  cluster.groups.forEach((group) => (group.volumeUuids = group.volumeUuids.filter((uuid) => uuid !== volume.uuid)));
  fabric.effect(cluster.name, "volume deleted", where(volume));
  if (force) return;
  if (!fabric.knobs.queuedCloneHolds) volume.clone = undefined;
  const until = fabric.now + fabric.knobs.recoveryQueueMs;
  const queued = { volume, name: `${volume.name}_${volume.msid % 10_000}`, until };
  cluster.queue.push(queued);
  fabric.at(until, () => (cluster.queue = cluster.queue.filter((each) => each !== queued)));
}

function refuseUses(cluster: ClusterState, volume: VolumeState, now: number): void {
  const clones = clonesOf(cluster, volume);
  if (clones.length > 0) throw new ApiError(524615, `Volume "${volume.name}" has one or more clones.`);
  const feeds = cluster.releases.some((each) => each.source.volumeUuid === volume.uuid);
  const fed = cluster.relationships.some((each) => each.destination.volumeUuid === volume.uuid);
  if (feeds || fed) {
    const side = feeds ? "source" : "destination";
    throw new ApiError(
      18436,
      `Volume "${volume.name}" is the ${side} endpoint of one or more SnapMirror relationships.`,
    );
  }
  if (volume.snapshots.some((each) => each.snaplockExpiresAt !== undefined && each.snaplockExpiresAt > now)) {
    throw new ApiError(524486, `Volume "${volume.name}" holds locked snapshots.`);
  }
}
