import type { Ctx } from "../kernel/route.js";
import type { SnapshotState, VolumeState } from "../state.js";
import { ensureIdentities } from "./content.js";
import { nextMsid } from "./lookup.js";

export interface FlexCloneSpec {
  readonly parent: VolumeState;
  readonly snapshot: SnapshotState;
  readonly name: string;
  readonly uuid: string;
  readonly guarantee: VolumeState["guarantee"];
  readonly policy?: string | undefined;
  readonly comment?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly junctionPath?: string | undefined;
  readonly settings?: VolumeState["settings"];
}

/** The clone: the parent's aggregate, size and encryption, the snapshot's data, LUNs with uuids and serials of their own, no maps. */
export function flexClone({ fabric, cluster }: Ctx, spec: FlexCloneSpec): VolumeState {
  const { parent, snapshot } = spec;
  const volume: VolumeState = {
    uuid: spec.uuid,
    name: spec.name,
    svm: parent.svm,
    type: "rw",
    state: "online",
    sizeBytes: parent.sizeBytes,
    aggregate: parent.aggregate,
    encrypted: parent.encrypted,
    guarantee: spec.guarantee,
    snapshotPolicy: spec.policy ?? "default",
    comment: spec.comment ?? "",
    tags: spec.tags ?? [],
    language: parent.language,
    createdAt: fabric.now,
    msid: nextMsid(cluster),
    junctionPath: spec.junctionPath,
    snapshotLocking: false,
    initialized: true,
    content: snapshot.content,
    snapshots: [],
    identities: new Map(),
    clone: { parentVolumeUuid: parent.uuid, parentSnapshotUuid: snapshot.uuid, parentSnapshotName: snapshot.name },
    settings: spec.settings,
  };
  ensureIdentities(fabric, cluster, volume);
  if (fabric.knobs.clonedLuns === "offline") for (const each of volume.identities.values()) each.enabled = false;
  return volume;
}
