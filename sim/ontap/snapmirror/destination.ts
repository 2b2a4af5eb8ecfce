import { flag, text } from "../kernel/body.js";
import { ApiError } from "../kernel/errors.js";
import type { Ctx } from "../kernel/route.js";
import { canEncrypt } from "../security/keys.js";
import type { ClusterState, SvmState, VolumeState } from "../state.js";
import { freeBytes } from "../storage/aggregates.js";
import { volumeNamed } from "../storage/content.js";
import { keyVaultDown, nextMsid } from "../storage/lookup.js";

export interface Place {
  readonly cluster: ClusterState;
  readonly svm: SvmState;
  readonly name: string;
  readonly path: string;
}

export const volumeAtPlace = (place: Place): VolumeState | undefined =>
  volumeNamed(place.cluster, place.svm.name, place.name);

/** What a volume must be to become a destination: reference 6.3. A restore overwrites a read-write volume or fills an empty dp one. */
export function refuseDestination(cluster: ClusterState, from: VolumeState, to: VolumeState, restore: boolean): void {
  if (from === to) throw new ApiError(6619441, "Source and destination are the same volume.");
  if (cluster.relationships.some((each) => each.destination.volumeUuid === to.uuid)) {
    throw new ApiError(6619637, `Volume "${to.name}" is already the destination of a SnapMirror relationship.`, 409);
  }
  if (to.state !== "online") throw new ApiError(13303938, `Volume "${to.name}" is not online.`);
  if (restore) return;
  if (to.type === "dp" && to.sizeBytes < from.sizeBytes)
    throw new ApiError(13303841, `Destination volume "${to.name}" is smaller than its source.`);
  if (to.language !== from.language)
    throw new ApiError(13303841, `Volumes "${from.name}" and "${to.name}" are of different languages.`);
}

/** `create_destination`: a dp volume as large as the source, where there is most space. */
export function makeDestination(ctx: Ctx, place: Place, from: VolumeState): VolumeState {
  const { fabric, cluster, body } = ctx;
  if (volumeAtPlace(place))
    throw new ApiError(13303868, `Creating the destination failed: volume "${place.name}" exists.`);
  const aggregate = [...cluster.aggregates].sort((a, b) => freeBytes(cluster, b) - freeBytes(cluster, a))[0];
  if (!aggregate || fabric.is(cluster.name, "destinationFull"))
    throw new ApiError(13303875, "No aggregate has space for the destination.");
  const encrypted = canEncrypt(cluster, place.svm) && (from.encrypted || cluster.spec.platform !== "onprem");
  if (from.encrypted && !encrypted)
    throw new ApiError(13303883, "The source is encrypted, and volume encryption is not enabled on this cluster.");
  if (encrypted && fabric.is(cluster.name, "keyVaultDown")) throw keyVaultDown();
  const uuid = fabric.ids.next("volume");
  const tiering = text(body, "create_destination.tiering.policy");
  const volume: VolumeState = {
    uuid,
    name: place.name,
    svm: place.svm,
    type: "dp",
    state: "online",
    sizeBytes: from.sizeBytes,
    aggregate: aggregate.name,
    encrypted,
    guarantee: "none",
    snapshotPolicy: "none",
    comment: "",
    tags: [],
    language: from.language,
    createdAt: fabric.now,
    msid: nextMsid(cluster),
    snapshotLocking: flag(body, "create_destination.snapshot_locking_enabled") ?? false,
    initialized: false,
    content: { id: fabric.ids.content(`${uuid}/empty`), writtenAt: fabric.now, luns: [] },
    snapshots: [],
    identities: new Map(),
    ...(tiering === undefined ? {} : { settings: { tiering: { policy: tiering } } }),
  };
  cluster.volumes.push(volume);
  return volume;
}
