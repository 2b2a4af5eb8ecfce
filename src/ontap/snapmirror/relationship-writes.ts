import { Rejected } from "../../core/problems.js";
import {
  type Accepted,
  type HttpReads,
  type HttpWrites,
  NO_WAIT,
  SHORT_WORK,
  type WriteOptions,
} from "../wire/calls.js";
import { api } from "../wire/query.js";
import { flag } from "../wire/records.js";

export interface NewRelationship {
  /** `<local alias of the source SVM>:<volume>` */
  readonly sourcePath: string;
  readonly sourceCluster?: string;
  readonly destinationPath: string;
  /** Always named: the default policy brings an hourly schedule (reference 16, 24). */
  readonly policy: string;
  /** ONTAP 9.11 and later; must be a cron schedule. */
  readonly schedule?: string;
  readonly throttleKilobytesPerSecond?: number;
  /**
   * The array makes the destination's volume itself (`create_destination`, reference 6.3): then no throttle may be given. `initialize` begins the first
   * transfer at once. Without this the dp volume must be there.
   */
  readonly makeDestination?: { readonly initialize: boolean };
}

/** What of a mirror can be changed while it stands. Any of them is the mirror's own and goes before its policy's. */
export interface RelationshipChange {
  readonly policy?: string;
  /** null: the policy's. */
  readonly schedule?: string | null;
  /** 0: unlimited. Applies to transfers that begin later. */
  readonly throttleKilobytesPerSecond?: number;
}

/** What may be said together with a change of state. */
export interface StateOptions {
  paused: WriteOptions;
  snapmirrored: WriteOptions & { readonly preserve?: boolean; readonly quickResync?: boolean };
  broken_off: WriteOptions & {
    /** The snapshot the volume is to show instead of the exported one. */
    readonly restoreToSnapshot?: string;
    /** Break although checks failed. */
    readonly force?: boolean;
  };
}

/**
 * What a deletion takes with it. There is no default, because the array's own takes the common snapshots, and with them every future resync:
 * - `destinationOnly`     the destination's record only; the source still thinks it feeds it
 * - `sourceOnly`          asked of the source: its record and its base snapshots
 * - `sourceInfoOnly`      the source's record; the common snapshots stay
 * - `withCommonSnapshots` both records and the common snapshots
 * - `restoreRelationship` a restore relationship that failed, so that its volume becomes writable again
 */
export type DeleteMode =
  "destinationOnly" | "sourceOnly" | "sourceInfoOnly" | "withCommonSnapshots" | "restoreRelationship";

const DELETE_FLAG: Record<DeleteMode, { readonly [flag: string]: true }> = {
  destinationOnly: { destination_only: true },
  sourceOnly: { source_only: true },
  sourceInfoOnly: { source_info_only: true },
  withCommonSnapshots: {},
  restoreRelationship: {},
};

/** Writes of `/snapmirror/relationships` (reference 6.3–6.9). A job that succeeds means triggered: read the relationship for the outcome. */
export function relationshipWrites(http: HttpWrites) {
  const post = (body: unknown, options: WriteOptions): Promise<Accepted> =>
    http.start(
      { method: "POST", path: "/snapmirror/relationships", query: { also: { return_records: true } }, body },
      { returnTimeoutSeconds: NO_WAIT, ...options },
    );
  return {
    /**
     * POST /snapmirror/relationships on the destination cluster (asynchronous). Leaves it uninitialized (on an existing rw volume: ready for a resync).
     * Errors: 6619637 destination is in one already, 6619699/13304108 no such schedule, 13303821 policy, 13303886 SVM peer lacks the permission, 13303883 cannot encrypt.
     */
    create: (mirror: NewRelationship, options: WriteOptions = {}): Promise<Accepted> =>
      post(
        {
          source: {
            path: mirror.sourcePath,
            cluster: mirror.sourceCluster === undefined ? undefined : { name: mirror.sourceCluster },
          },
          destination: { path: mirror.destinationPath },
          policy: { name: mirror.policy },
          transfer_schedule: mirror.schedule === undefined ? undefined : { name: mirror.schedule },
          throttle: mirror.throttleKilobytesPerSecond,
          create_destination: mirror.makeDestination === undefined ? undefined : { enabled: true },
          state: mirror.makeDestination?.initialize ? "snapmirrored" : undefined,
        },
        options,
      ),

    /**
     * POST /snapmirror/relationships `restore: true` on the cluster that owns the volume to be overwritten (asynchronous). Nothing moves until a transfer is
     * started; once one has, the volume is read-only until the restore ends, and after a failure until the relationship is deleted (reference 6.9).
     * Errors: 6619637 the volume is being restored already, 13303852 a path lacks its colon, 13303886 the SVMs are no peers with the application snapmirror.
     */
    createRestore: (
      restore: { readonly sourcePath: string; readonly destinationPath: string; readonly sourceCluster?: string },
      options: WriteOptions = {},
    ): Promise<Accepted> =>
      post(
        {
          source: {
            path: restore.sourcePath,
            cluster: restore.sourceCluster === undefined ? undefined : { name: restore.sourceCluster },
          },
          destination: { path: restore.destinationPath },
          restore: true,
        },
        options,
      ),

    /**
     * PATCH …/{uuid} `state` (asynchronous). paused: no more scheduled transfers. snapmirrored: resume when paused; resync when broken off, which discards what is
     * newer than the common snapshot on the destination. broken_off: the destination becomes writable.
     * Errors: 13303808…11 the transition failed (13303808: a transfer runs), 13303823 quiesce timed out, 13303816/13304159/6619715/6619720 try again, 13303851 a restore relationship.
     */
    setState: <S extends keyof StateOptions>(uuid: string, state: S, options?: StateOptions[S]): Promise<Accepted> => {
      const given: StateOptions["snapmirrored"] & StateOptions["broken_off"] = options ?? {};
      return http.start(
        {
          method: "PATCH",
          path: api`/snapmirror/relationships/${uuid}`,
          query: { also: { force: given.force ? true : undefined } },
          body: {
            state,
            preserve: given.preserve,
            quick_resync: given.quickResync,
            restore_to_snapshot: given.restoreToSnapshot,
          },
        },
        { returnTimeoutSeconds: given.returnTimeoutSeconds ?? NO_WAIT },
      );
    },

    /**
     * PATCH …/{uuid} `policy`, `transfer_schedule`, `throttle` (asynchronous), never together with a change of state: should that fail, they would stay
     * changed (13303820). Errors: 13303842 policy not supported, 6619699/13304108 no such schedule, 13303851 a restore relationship, 6619715/6619720 try again.
     */
    patch: (uuid: string, change: RelationshipChange, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        {
          method: "PATCH",
          path: api`/snapmirror/relationships/${uuid}`,
          body: {
            policy: change.policy === undefined ? undefined : { name: change.policy },
            transfer_schedule: typeof change.schedule === "string" ? { name: change.schedule } : change.schedule,
            throttle: change.throttleKilobytesPerSecond,
          },
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /**
     * PATCH …/{uuid} with both paths exchanged and `snapmirrored` (asynchronous, reference 6.7): what is newer than the common snapshot on the former source is
     * discarded. Uuid and owning cluster may change: look it up again. Errors: 13304003, 13304062 source runs an older release, 13304070, 13304086, 13304120, 13303996.
     */
    reverse: (
      uuid: string,
      paths: { readonly newSource: string; readonly newDestination: string },
      options: WriteOptions = {},
    ): Promise<Accepted> =>
      http.start(
        {
          method: "PATCH",
          path: api`/snapmirror/relationships/${uuid}`,
          body: {
            source: { path: paths.newSource },
            destination: { path: paths.newDestination },
            state: "snapmirrored",
          },
        },
        { returnTimeoutSeconds: NO_WAIT, ...options },
      ),

    /**
     * DELETE …/{uuid} (asynchronous), with its mode in so many words. `restoreRelationship` is looked at first: on the wire it is the same call as
     * `withCommonSnapshots`, and must never reach an ordinary mirror.
     * Errors: 13303813 released but not deleted, 13303822 release failed or runs, 13303854/55 and 13304161 for restore relationships, 6619715 try again, 262325.
     */
    delete: async (uuid: string, mode: DeleteMode, options: WriteOptions = {}): Promise<Accepted> => {
      if (mode === "restoreRelationship") await mustBeRestore(http, uuid);
      return http.start(
        { method: "DELETE", path: api`/snapmirror/relationships/${uuid}`, query: { also: DELETE_FLAG[mode] } },
        { returnTimeoutSeconds: NO_WAIT, ...options },
      );
    },
  };
}

async function mustBeRestore(http: HttpReads, uuid: string): Promise<void> {
  const restore = await http.get(api`/snapmirror/relationships/${uuid}`, { fields: "uuid,restore" }, (wire) =>
    flag(wire, "restore"),
  );
  if (restore === true) return;
  throw new Rejected(`relationship ${uuid} is no restore relationship, so it was not deleted`, {
    from: `ONTAP ${http.cluster}`,
    code: "notRestore",
  });
}

export type RelationshipWrites = ReturnType<typeof relationshipWrites>;
