import { type Accepted, type HttpReads, type HttpWrites, SHORT_WORK, type WriteOptions } from "../wire/calls.js";
import { api, type Filters } from "../wire/query.js";
import { instant, needText, num, part, text, texts, type Wire } from "../wire/records.js";

export interface Snapshot {
  /** Differs on either side of a mirror: match by `versionUuid`. */
  readonly uuid: string;
  /** Also differs from volume to volume, the same for one snapshot on every side of its mirrors. ONTAP 9.11 and later. */
  readonly versionUuid: string | undefined;
  readonly name: string;
  readonly volumeUuid: string;
  readonly createTime: string | undefined;
  /** The SnapMirror label, by which vault policies choose. */
  readonly label: string | undefined;
  readonly comment: string;
  /** Who holds it: "volume_clone", "snapmirror", "snapmirror_dependent", … Empty when nobody. */
  readonly owners: readonly string[];
  readonly expiryTime: string | undefined;
  /** Tamperproof until then. */
  readonly snaplockExpiryTime: string | undefined;
  readonly sizeBytes: number | undefined;
}

export interface SnapshotFilter {
  readonly name?: string;
  readonly names?: readonly string[];
  readonly label?: string;
  readonly versionUuid?: string;
}

const FIELDS =
  "uuid,version_uuid,name,create_time,snapmirror_label,comment,owners,expiry_time,snaplock.expiry_time,size";

const readSnapshot =
  (volumeUuid: string) =>
  (wire: Wire): Snapshot => ({
    uuid: needText(wire, "uuid"),
    versionUuid: text(wire, "version_uuid"),
    name: needText(wire, "name"),
    volumeUuid,
    createTime: instant(wire, "create_time"),
    label: text(wire, "snapmirror_label"),
    comment: text(wire, "comment") ?? "",
    owners: texts(wire, "owners"),
    expiryTime: instant(wire, "expiry_time"),
    snaplockExpiryTime: instant(part(wire, "snaplock"), "expiry_time"),
    sizeBytes: num(wire, "size"),
  });

function filters(filter: SnapshotFilter): Filters {
  return {
    name: filter.names === undefined ? filter.name : { anyOf: filter.names },
    snapmirror_label: filter.label,
    version_uuid: filter.versionUuid,
  };
}

/** Reads of `/storage/volumes/{volume.uuid}/snapshots` (reference 9). */
export function snapshotReads(http: HttpReads) {
  const list = (volumeUuid: string, filter: SnapshotFilter = {}): Promise<Snapshot[]> =>
    http.list(
      api`/storage/volumes/${volumeUuid}/snapshots`,
      { fields: FIELDS, where: filters(filter) },
      readSnapshot(volumeUuid),
    );
  return {
    /** GET …/snapshots/{uuid}. Rejected "4": there is none. */
    get: (volumeUuid: string, uuid: string): Promise<Snapshot> =>
      http.get(api`/storage/volumes/${volumeUuid}/snapshots/${uuid}`, { fields: FIELDS }, readSnapshot(volumeUuid)),

    /** GET …/snapshots/{uuid}, undefined when there is none. */
    find: (volumeUuid: string, uuid: string): Promise<Snapshot | undefined> =>
      http.find(api`/storage/volumes/${volumeUuid}/snapshots/${uuid}`, { fields: FIELDS }, readSnapshot(volumeUuid)),

    /** GET …/snapshots?name: unique within a volume. */
    findByName: async (volumeUuid: string, name: string): Promise<Snapshot | undefined> =>
      (await list(volumeUuid, { name }))[0],

    /** GET …/snapshots, all pages, in the array's order. Rejected "4" when the volume is not there. */
    list,
  };
}

export interface NewSnapshot {
  readonly name: string;
  readonly comment?: string;
  /** At most 31 characters; ONTAP 9.8 and later. */
  readonly label?: string;
  /** ISO-8601. A soft lock: the array refuses to delete it before. */
  readonly expiryTime?: string;
  /**
   * ISO-8601. Nobody can delete it before, on a volume whose snapshots may be locked (ONTAP 9.12 and later): the array's own clock for such locks counts, not
   * the wall's.
   */
  readonly lockedUntil?: string;
}

/** Writes of `/storage/volumes/{volume.uuid}/snapshots` (reference 9). Only on rw volumes: a mirror refuses with 1638461, 1638521, 1638522. */
export function snapshotWrites(http: HttpWrites) {
  return {
    /** POST …/snapshots (asynchronous). 525059 the name is taken, 1638461 not on a mirror, 525062 no more than 1023, 1638477 reserved prefix. */
    create: (volumeUuid: string, snapshot: NewSnapshot, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        {
          method: "POST",
          path: api`/storage/volumes/${volumeUuid}/snapshots`,
          query: { also: { return_records: true } },
          body: {
            name: snapshot.name,
            comment: snapshot.comment,
            snapmirror_label: snapshot.label,
            expiry_time: snapshot.expiryTime,
            snaplock_expiry_time: snapshot.lockedUntil,
          },
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /** PATCH …/snapshots/{uuid} (asynchronous). 1638600 it is gone, 1638523 label, 1638554 expiry, 1638522 renamed only on rw volumes, 1638476 a mirror's base. */
    patch: (
      volumeUuid: string,
      uuid: string,
      change: {
        readonly name?: string;
        readonly label?: string;
        readonly comment?: string;
        readonly expiryTime?: string;
        /** Only ever later. */
        readonly lockedUntil?: string;
      },
      options: WriteOptions = {},
    ): Promise<Accepted> =>
      http.start(
        {
          method: "PATCH",
          path: api`/storage/volumes/${volumeUuid}/snapshots/${uuid}`,
          body: {
            name: change.name,
            snapmirror_label: change.label,
            comment: change.comment,
            expiry_time: change.expiryTime,
            snaplock_expiry_time: change.lockedUntil,
          },
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /** DELETE …/snapshots/{uuid} (asynchronous). 1638543 somebody owns it, 1638555 locked or held (usually in the job), 1638600 or 4 gone already, 262325. */
    delete: (volumeUuid: string, uuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        { method: "DELETE", path: api`/storage/volumes/${volumeUuid}/snapshots/${uuid}` },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),
  };
}

export type SnapshotReads = ReturnType<typeof snapshotReads>;
export type SnapshotWrites = ReturnType<typeof snapshotWrites>;
