import type { HttpReads } from "../wire/calls.js";
import { api, type Filters } from "../wire/query.js";
import {
  flag,
  instant,
  type Named,
  named,
  namedIf,
  needText,
  num,
  part,
  parts,
  text,
  texts,
  type Wire,
  word,
} from "../wire/records.js";

export interface Volume {
  readonly uuid: string;
  readonly name: string;
  readonly svm: Named;
  /** rw: a data volume. dp: a mirror's destination, read-only. ls: load sharing. */
  readonly type: "rw" | "dp" | "ls" | undefined;
  readonly state: "online" | "offline" | "restricted" | "mixed" | "error" | undefined;
  readonly sizeBytes: number | undefined;
  readonly usedBytes: number | undefined;
  readonly availableBytes: number | undefined;
  /** The aggregate (a FlexVol has one; the first, should there be more). */
  readonly aggregate: Named | undefined;
  readonly createTime: string | undefined;
  /** Empty when none: the place where what Sluice made is marked. */
  readonly comment: string;
  readonly language: string | undefined;
  readonly snapshotPolicy: string | undefined;
  readonly encrypted: boolean | undefined;
  /** "encrypting" while a conversion runs. */
  readonly encryptionState: string | undefined;
  /** ONTAP 9.13 and later; else empty. */
  readonly tags: readonly string[];
  /** May snapshots in it be locked? ONTAP 9.12 and later. */
  readonly snapshotLocking: boolean | undefined;
  readonly consistencyGroup: string | undefined;
  /** Absent for a volume that is no FlexClone. */
  readonly clone:
    { readonly parentVolume: Named; readonly parentSnapshot: Named; readonly parentSvm: Named | undefined } | undefined;
}

export interface VolumeFilter {
  readonly svm?: string;
  readonly name?: string;
  readonly uuids?: readonly string[];
  readonly type?: "rw" | "dp";
  readonly aggregate?: string;
  readonly isFlexclone?: boolean;
  readonly parentVolumeUuid?: string;
  readonly parentSnapshotUuid?: string;
}

/** A deleted volume that still holds its space and its parent's snapshot. */
export interface QueuedVolume {
  readonly svm: string;
  /** `<name>_<number>`: the name it was given when it was deleted. */
  readonly volume: string;
  readonly deletedAt: string | undefined;
}

const FIELDS = [
  "uuid,name,svm.name,svm.uuid,type,state,size,space.used,space.available,aggregates.name,aggregates.uuid,create_time,comment,language",
  "snapshot_policy.name,encryption.enabled,encryption.state,consistency_group.name,_tags,snapshot_locking_enabled",
  "clone.is_flexclone,clone.parent_volume.name,clone.parent_volume.uuid,clone.parent_snapshot.name,clone.parent_snapshot.uuid",
  "clone.parent_svm.name,clone.parent_svm.uuid",
].join(",");

function readVolume(wire: Wire): Volume {
  const clone = part(wire, "clone");
  const space = part(wire, "space");
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    svm: named(part(wire, "svm")),
    type: word(wire, "type", ["rw", "dp", "ls"]),
    state: word(wire, "state", ["online", "offline", "restricted", "mixed", "error"]),
    sizeBytes: num(wire, "size"),
    usedBytes: num(space, "used"),
    availableBytes: num(space, "available"),
    aggregate: namedIf(parts(wire, "aggregates")[0]),
    createTime: instant(wire, "create_time"),
    comment: text(wire, "comment") ?? "",
    language: text(wire, "language"),
    snapshotPolicy: text(part(wire, "snapshot_policy"), "name"),
    encrypted: flag(part(wire, "encryption"), "enabled"),
    encryptionState: text(part(wire, "encryption"), "state"),
    tags: texts(wire, "_tags"),
    snapshotLocking: flag(wire, "snapshot_locking_enabled"),
    consistencyGroup: text(part(wire, "consistency_group"), "name"),
    clone:
      flag(clone, "is_flexclone") === true
        ? {
            parentVolume: named(part(clone, "parent_volume")),
            parentSnapshot: named(part(clone, "parent_snapshot")),
            parentSvm: namedIf(part(clone, "parent_svm")),
          }
        : undefined,
  };
}

function filters(filter: VolumeFilter): Filters {
  return {
    "svm.name": filter.svm,
    name: filter.name,
    uuid: filter.uuids === undefined ? undefined : { anyOf: filter.uuids },
    type: filter.type,
    "aggregates.name": filter.aggregate,
    "clone.is_flexclone": filter.isFlexclone,
    "clone.parent_volume.uuid": filter.parentVolumeUuid,
    "clone.parent_snapshot.uuid": filter.parentSnapshotUuid,
  };
}

/** Reads of `/storage/volumes` (reference 7.1). */
export function volumeReads(http: HttpReads) {
  return {
    /** GET /storage/volumes/{uuid}. Rejected "4": there is none (a volume in the recovery queue counts as none). */
    get: (uuid: string): Promise<Volume> => http.get(api`/storage/volumes/${uuid}`, { fields: FIELDS }, readVolume),

    /** GET /storage/volumes/{uuid}, undefined when there is none. */
    find: (uuid: string): Promise<Volume | undefined> =>
      http.find(api`/storage/volumes/${uuid}`, { fields: FIELDS }, readVolume),

    /** GET /storage/volumes?svm.name&name: a name is unique within its SVM. */
    findByName: async (svm: string, name: string): Promise<Volume | undefined> =>
      (await http.list("/storage/volumes", { fields: FIELDS, where: filters({ svm, name }) }, readVolume))[0],

    /** GET /storage/volumes, all pages. */
    list: async (filter: VolumeFilter = {}): Promise<Volume[]> =>
      filter.uuids?.length === 0
        ? []
        : http.list("/storage/volumes", { fields: FIELDS, where: filters(filter) }, readVolume),

    /**
     * Deleted volumes in the recovery queue: GET /private/cli/volume/recovery-queue (reference 7.4; no public endpoint).
     * Needs a cluster login with the http and CLI right; Rejected "6" otherwise.
     */
    listRecoveryQueue: (svm: string): Promise<QueuedVolume[]> =>
      http.list(
        "/private/cli/volume/recovery-queue",
        { fields: "vserver,volume,deletion_request_time", where: { vserver: svm } },
        (wire) => ({
          svm: needText(wire, "vserver"),
          volume: needText(wire, "volume"),
          deletedAt: instant(wire, "deletion_request_time"),
        }),
      ),
  };
}

export type VolumeReads = ReturnType<typeof volumeReads>;
