import { type Accepted, type HttpWrites, NO_WAIT, SHORT_WORK, type WriteOptions } from "../wire/calls.js";
import { api } from "../wire/query.js";

export interface NewClone {
  readonly svm: string;
  readonly name: string;
  /** In the same SVM and, by nature of a FlexClone, the same aggregate. */
  readonly parentVolume: string;
  /** Mandatory when the parent is a dp volume, so mandatory here. */
  readonly parentSnapshot: string;
  readonly comment: string;
  /**
   * "none" unless said, so that no snapshots appear in it. null: nothing is said, and it gets what the SVM has, for `setSnapshotPolicy` to take away: whether a clone may
   * be given one at once is not confirmed (918247 if not; reference 7.2).
   */
  readonly snapshotPolicy?: string | null;
}

export interface NewVolume {
  readonly svm: string;
  readonly name: string;
  /** dp: a mirror's destination, which must be at least as large as its source. */
  readonly type: "rw" | "dp";
  readonly sizeBytes: number;
  readonly aggregate: string;
  /** Absent: as the SVM and the aggregate have it. */
  readonly encrypted?: boolean;
  readonly comment?: string;
  /** A mirror's destination speaks its source's (reference 6.3): "c.utf_8". */
  readonly language?: string;
  /** Which blocks may move to object storage. */
  readonly tiering?: "none" | "snapshot_only" | "auto" | "all";
  /** Percent of it kept for snapshots; 0 for LUNs. */
  readonly snapshotReservePercent?: number;
  /** "none" unless said: on a dp volume it can hardly be changed later (917617). */
  readonly snapshotPolicy?: string;
}

/** Writes of `/storage/volumes` (reference 6.4, 7.2–7.5). */
export function volumeWrites(http: HttpWrites) {
  const patch = (uuid: string, body: object, options: WriteOptions): Promise<Accepted> =>
    http.start(
      { method: "PATCH", path: api`/storage/volumes/${uuid}`, body },
      { returnTimeoutSeconds: SHORT_WORK, ...options },
    );
  return {
    /**
     * POST /storage/volumes (asynchronous): thin, without a junction. Errors, most in the job: 917526 name taken, 13107405 same name being made, 917508 no such
     * aggregate, 65537463 key vault unreachable, 918157/918162 the node cannot encrypt.
     */
    create: (volume: NewVolume, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        {
          method: "POST",
          path: "/storage/volumes",
          query: { also: { return_records: true } },
          body: {
            name: volume.name,
            svm: { name: volume.svm },
            type: volume.type,
            size: volume.sizeBytes,
            aggregates: [{ name: volume.aggregate }],
            guarantee: { type: "none" },
            snapshot_policy: { name: volume.snapshotPolicy ?? "none" },
            comment: volume.comment,
            language: volume.language,
            tiering: volume.tiering === undefined ? undefined : { policy: volume.tiering },
            encryption: volume.encrypted === undefined ? undefined : { enabled: volume.encrypted },
            space:
              volume.snapshotReservePercent === undefined
                ? undefined
                : { snapshot: { reserve_percent: volume.snapshotReservePercent } },
          },
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /**
     * POST /storage/volumes with `clone` (asynchronous). A writable FlexClone, thin, without a snapshot policy of its own, so that no snapshots appear in it.
     * Its LUNs come up unmapped with new serials. Errors: 917526 name taken, 13107405 same name being made, 917536 parent not initialised,
     * 524597/524819 clone failed, 524601 no parent, 918236/918243 parent or snapshot mismatch, 918247 a field is not taken with a clone, 65537463 key vault unreachable; most of them in the job.
     */
    createClone: (clone: NewClone, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        {
          method: "POST",
          path: "/storage/volumes",
          query: { also: { return_records: true } },
          body: {
            name: clone.name,
            svm: { name: clone.svm },
            type: "rw",
            clone: {
              is_flexclone: true,
              parent_volume: { name: clone.parentVolume },
              parent_snapshot: { name: clone.parentSnapshot },
            },
            guarantee: { type: "none" },
            snapshot_policy: clone.snapshotPolicy === null ? undefined : { name: clone.snapshotPolicy ?? "none" },
            comment: clone.comment,
          },
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /** PATCH /storage/volumes/{uuid} `comment` (asynchronous). 262190 when it says so already. */
    setComment: (uuid: string, comment: string, options: WriteOptions = {}): Promise<Accepted> =>
      patch(uuid, { comment }, options),

    /** PATCH /storage/volumes/{uuid} `_tags` (asynchronous): "key:value" each, the whole list. ONTAP 9.13 and later; 263149 too many. */
    setTags: (uuid: string, tags: readonly string[], options: WriteOptions = {}): Promise<Accepted> =>
      patch(uuid, { _tags: tags }, options),

    /** PATCH /storage/volumes/{uuid} `size` (asynchronous). A dp volume must not become smaller than its source. 4 gone, 262325. */
    setSize: (uuid: string, sizeBytes: number, options: WriteOptions = {}): Promise<Accepted> =>
      patch(uuid, { size: sizeBytes }, options),

    /**
     * PATCH /storage/volumes/{uuid} `snapshot_policy` (asynchronous): what snapshots it takes by itself; "none" for none. 917617 on a dp volume, so for a mirror
     * only once it is broken.
     */
    setSnapshotPolicy: (uuid: string, name: string, options: WriteOptions = {}): Promise<Accepted> =>
      patch(uuid, { snapshot_policy: { name } }, options),

    /** PATCH /storage/volumes/{uuid} `state` (asynchronous): an offline volume's LUNs are gone for its hosts. 65537463 key vault unreachable, 4 gone, 262325. */
    setState: (uuid: string, state: "online" | "offline", options: WriteOptions = {}): Promise<Accepted> =>
      patch(uuid, { state }, options),

    /** PATCH /storage/volumes/{uuid} `encryption.enabled` (asynchronous): a conversion begins and goes on. 65537463 key vault unreachable. */
    encrypt: (uuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      patch(uuid, { encryption: { enabled: true } }, options),

    /**
     * PATCH /storage/volumes/{uuid} `clone.split_initiated` (asynchronous): the clone becomes a volume of its own and lets go of its parent's snapshot. Poll
     * `clone` until it is gone. 918248 said with anything else.
     */
    startSplit: (uuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      patch(uuid, { clone: { split_initiated: true } }, options),

    /**
     * PATCH /storage/volumes/{uuid} `restore_to` (asynchronous): the volume becomes what the snapshot holds; everything newer, snapshots too, is deleted. Errors: 1638480 a
     * newer snapshot is a mirror's base, 9437886 a newer one is locked, 9437885 offline, 524511, 262325.
     */
    restoreTo: (uuid: string, snapshot: string, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        {
          method: "PATCH",
          path: api`/storage/volumes/${uuid}`,
          body: { restore_to: { snapshot: { name: snapshot } } },
        },
        { returnTimeoutSeconds: NO_WAIT, ...options },
      ),

    /**
     * DELETE /storage/volumes/{uuid} (asynchronous; takes an online volume offline by itself). `force: false` leaves it in the recovery queue for 12 hours
     * or more, where it goes on holding its parent's snapshot; `force: true` is final. The caller says which; there is no default.
     * Errors: 524486 busy (retryable), 524615 it has clones, 4 gone already, 262325 the array wants its own approval. Unmap its LUNs first.
     */
    delete: (uuid: string, how: { readonly force: boolean }, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        {
          method: "DELETE",
          path: api`/storage/volumes/${uuid}`,
          query: { also: { force: how.force ? true : undefined } },
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),
  };
}

export type VolumeWrites = ReturnType<typeof volumeWrites>;
