import type { FabricState } from "../fabric.js";
import { ApiError } from "../kernel/errors.js";
import type { ClusterState, SnapshotState, VolumeState } from "../state.js";
import { clonesOf, pruneMaps, where } from "./content.js";

const MAX_SNAPSHOTS = 1023;
const MAX_LABEL = 31;

/** Who holds the snapshot: reference 9. Clones, those in the recovery queue too; SnapMirror for its base on both sides. */
export function ownersOf(
  fabric: FabricState,
  cluster: ClusterState,
  volume: VolumeState,
  snapshot: SnapshotState,
): string[] {
  const owners: string[] = [];
  if (clonesOf(cluster, volume, snapshot).length > 0) owners.push("volume_clone");
  if (isBase(fabric, cluster, volume, snapshot)) owners.push("snapmirror");
  return owners;
}

export function isBase(
  fabric: FabricState,
  cluster: ClusterState,
  volume: VolumeState,
  snapshot: SnapshotState,
): boolean {
  const asDestination = cluster.relationships.some(
    (each) => each.destination.volumeUuid === volume.uuid && each.exported?.versionUuid === snapshot.versionUuid,
  );
  if (asDestination) return true;
  return cluster.releases
    .filter((each) => each.source.volumeUuid === volume.uuid)
    .some((release) =>
      fabric.clusters
        .get(release.destination.cluster)
        ?.relationships.some(
          (each) => each.uuid === release.relationshipUuid && each.exported?.versionUuid === snapshot.versionUuid,
        ),
    );
}

export const isLocked = (snapshot: SnapshotState, now: number): boolean =>
  (snapshot.expiresAt ?? 0) > now || (snapshot.snaplockExpiresAt ?? 0) > now;

/** Takes a snapshot of the volume as it is. */
export function addSnapshot(
  fabric: FabricState,
  volume: VolumeState,
  given: {
    uuid?: string;
    name: string;
    label?: string | undefined;
    comment?: string | undefined;
    expiresAt?: number | undefined;
    snaplockExpiresAt?: number | undefined;
  },
): SnapshotState {
  if (volume.type !== "rw")
    throw new ApiError(1638461, `Snapshots can only be created on read-write volumes; "${volume.name}" is not one.`);
  if (volume.state !== "online") throw new ApiError(524479, `Volume "${volume.name}" is not online.`);
  if (volume.snapshots.some((each) => each.name === given.name))
    throw new ApiError(525059, `Snapshot "${given.name}" already exists on volume "${volume.name}".`, 409);
  if (volume.snapshots.length >= MAX_SNAPSHOTS)
    throw new ApiError(525062, `Volume "${volume.name}" holds the maximum of ${MAX_SNAPSHOTS} snapshots.`);
  const snapshot: SnapshotState = {
    ...given,
    uuid: given.uuid ?? fabric.ids.next("snapshot"),
    versionUuid: fabric.ids.next("version"),
    createdAt: fabric.now,
    provenanceVolumeUuid: volume.uuid,
    content: volume.content,
  };
  volume.snapshots.push(snapshot);
  return snapshot;
}

/** Removes a snapshot without asking who holds it; callers have. */
export function deleteSnapshot(
  fabric: FabricState,
  cluster: ClusterState,
  volume: VolumeState,
  snapshot: SnapshotState,
  by: "call" | "array",
): void {
  volume.snapshots = volume.snapshots.filter((each) => each !== snapshot);
  forgetLuns(cluster, volume);
  fabric.effect(cluster.name, "snapshot deleted", `${where(volume)}@${snapshot.name}`, by);
}

/** A LUN that is neither in the volume nor in any snapshot of it can never come back: its identity goes. */
function forgetLuns(cluster: ClusterState, volume: VolumeState): void {
  const alive = new Set(
    [volume.content, ...volume.snapshots.map((each) => each.content)].flatMap((each) =>
      each.luns.map((file) => file.inode),
    ),
  );
  pruneMaps(cluster, volume);
  for (const inode of volume.identities.keys()) if (!alive.has(inode)) volume.identities.delete(inode);
}

/** At most 31 characters: reference 9. */
export function checkLabel(label: string | undefined): string | undefined {
  if (label !== undefined && label.length > MAX_LABEL)
    throw new ApiError(
      1638523,
      `The SnapMirror label is longer than ${MAX_LABEL} characters.`,
      400,
      "snapmirror_label",
    );
  return label;
}

/** What keeps a snapshot from being deleted by a call: its clones and locks (1638555), other owners (1638543). */
export function refuseHeldSnapshot(
  fabric: FabricState,
  cluster: ClusterState,
  volume: VolumeState,
  snapshot: SnapshotState,
): void {
  const owners = ownersOf(fabric, cluster, volume, snapshot);
  const title = `Snapshot "${snapshot.name}" of volume "${volume.name}"`;
  if (owners.includes("volume_clone") || isLocked(snapshot, fabric.now)) {
    const held = owners.join(", ") || "none";
    throw new ApiError(1638555, `${title} has not expired or is locked (owners: ${held}).`);
  }
  if (owners.length > 0) throw new ApiError(1638543, `${title} is owned by ${owners.join(", ")}.`);
}
