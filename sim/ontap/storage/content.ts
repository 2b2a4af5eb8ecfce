import type { Disk } from "../../kit/san.js";
import type { FabricState } from "../fabric.js";
import type { ClusterState, Content, LunFile, LunIdentity, SnapshotState, VolumeState } from "../state.js";

export const volumeNamed = (cluster: ClusterState, svm: string, name: string): VolumeState | undefined =>
  cluster.volumes.find((each) => each.name === name && each.svm.name === svm);

/** Gives every LUN of the volume its own uuid and serial; those it had before it keeps. */
export function ensureIdentities(fabric: FabricState, cluster: ClusterState, volume: VolumeState): void {
  for (const file of volume.content.luns) {
    if (volume.identities.has(file.inode)) continue;
    const own = lunLabel(cluster, volume, file.inode);
    const uuid = fabric.ids.uuid(own);
    // One that was moved away took its identity along: what comes back from a snapshot is another LUN.
    const taken = cluster.volumes.some((each) => each !== volume && hasLun(each, uuid));
    const label = taken ? `${own}/${fabric.ids.count()}` : own;
    volume.identities.set(file.inode, {
      uuid: fabric.ids.uuid(label),
      serial: fabric.ids.serial(label),
      enabled: true,
      comment: "",
      createdAt: fabric.now,
    });
  }
}

function hasLun(volume: VolumeState, uuid: string): boolean {
  for (const identity of volume.identities.values()) if (identity.uuid === uuid) return true;
  return false;
}

const lunLabel = (cluster: ClusterState, volume: VolumeState, inode: string): string =>
  `${cluster.name}/${volume.uuid}/lun/${inode}`;

/** The uuid a LUN of that file has, or will have, in that volume. */
export const lunUuid = (fabric: FabricState, cluster: ClusterState, volume: VolumeState, inode: string): string =>
  fabric.ids.uuid(lunLabel(cluster, volume, inode));

/** Sets the volume's data. LUNs that are not in it vanish, and their maps with them. */
export function setContent(fabric: FabricState, cluster: ClusterState, volume: VolumeState, content: Content): void {
  volume.content = content;
  ensureIdentities(fabric, cluster, volume);
  pruneMaps(cluster, volume);
}

export function pruneMaps(cluster: ClusterState, volume: VolumeState): void {
  const present = new Set(volume.content.luns.map((file) => file.inode));
  const gone = new Set(
    [...volume.identities].filter(([inode]) => !present.has(inode)).map(([, identity]) => identity.uuid),
  );
  if (gone.size > 0) cluster.maps = cluster.maps.filter((map) => !gone.has(map.lunUuid));
}

/** A write: the data of the volume is from now on another. */
export function written(
  fabric: FabricState,
  volume: VolumeState,
  luns: readonly LunFile[] = volume.content.luns,
): Content {
  return { id: fabric.ids.content(`${volume.uuid}/write#${fabric.ids.count()}`), writtenAt: fabric.now, luns };
}

export interface LunPlace {
  readonly cluster: ClusterState;
  readonly volume: VolumeState;
  readonly file: LunFile;
  readonly identity: LunIdentity;
}

/** Every LUN of a cluster with where it is. */
export function* lunPlaces(cluster: ClusterState): Generator<LunPlace> {
  for (const volume of cluster.volumes) {
    for (const file of volume.content.luns) {
      const identity = volume.identities.get(file.inode);
      if (identity) yield { cluster, volume, file, identity };
    }
  }
}

export function findLun(cluster: ClusterState, wanted: (place: LunPlace) => boolean): LunPlace | undefined {
  for (const place of lunPlaces(cluster)) if (wanted(place)) return place;
  return undefined;
}

export const lunPath = (place: Pick<LunPlace, "volume" | "file">): string =>
  `/vol/${place.volume.name}/${place.file.name}`;

/** Replaces one LUN's bytes, keeping the content id unless the application's files changed. */
export function putDisk(fabric: FabricState, place: LunPlace, disk: Disk, touchesFiles: boolean): void {
  const luns = place.volume.content.luns.map((file) => (file === place.file ? { ...file, disk } : file));
  place.volume.content = touchesFiles ? written(fabric, place.volume, luns) : { ...place.volume.content, luns };
}

const GIB = 2 ** 30;

/** Bytes that differ between two contents: none if equal, else more the further apart they were written. */
export function deltaBytes(one: Content, other: Content, volume: VolumeState): number {
  if (one.id === other.id) return 4096;
  const hours = Math.abs(one.writtenAt - other.writtenAt) / 3_600_000;
  return Math.min(usedBytes(volume), Math.round(GIB / 2 + hours * GIB));
}

export const usedBytes = (volume: VolumeState): number =>
  volume.clone && volume.clone.splitEndsAt === undefined
    ? 0
    : volume.initialized
      ? Math.round(volume.sizeBytes * 0.6)
      : 0;

/** Volumes, those in the recovery queue too, that live on this snapshot of this volume. */
export function clonesOf(cluster: ClusterState, volume: VolumeState, snapshot?: SnapshotState): VolumeState[] {
  return [...cluster.volumes, ...cluster.queue.map((each) => each.volume)].filter(
    (each) =>
      each.clone?.parentVolumeUuid === volume.uuid && (!snapshot || each.clone.parentSnapshotUuid === snapshot.uuid),
  );
}

export const where = (volume: VolumeState): string => `${volume.svm.name}:${volume.name}`;
