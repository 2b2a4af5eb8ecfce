import { type Accepted, type HttpReads, type HttpWrites, NO_WAIT, type WriteOptions } from "../wire/calls.js";
import { Rejected } from "../../core/problems.js";
import { api, type Filters, type Query } from "../wire/query.js";
import { flag, instant, type Named, needText, num, part, parts, span, text, type Wire, word } from "../wire/records.js";

export type MirrorState =
  "uninitialized" | "snapmirrored" | "paused" | "broken_off" | "in_sync" | "out_of_sync" | "synchronizing";
export type TransferState = "queued" | "transferring" | "success" | "failed" | "aborted" | "hard_aborted";
export type TransferType = "initialize" | "update" | "resync" | "restore";

/** One end of a mirror. */
export interface Endpoint {
  /** `<svm>:<volume>` as the destination cluster writes it: the SVM of a remote source is its local alias (reference 4). */
  readonly path: string;
  readonly svm: string;
  /** Empty for a whole-SVM relationship. */
  readonly volume: string;
  readonly cluster: string | undefined;
}

/** The current transfer, or what is remembered of the last one. */
export interface MirrorTransfer {
  readonly state: TransferState | undefined;
  /** Only while it is active. */
  readonly uuid: string | undefined;
  readonly bytes: number | undefined;
  readonly endTime: string | undefined;
  readonly durationMs: number | undefined;
  readonly type: TransferType | undefined;
}

export interface Relationship {
  readonly uuid: string;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly state: MirrorState | undefined;
  readonly healthy: boolean | undefined;
  /** Outermost first; empty while healthy. */
  readonly unhealthyReasons: readonly { readonly code: string | undefined; readonly message: string }[];
  /** Age of `exportedSnapshot`, not time since the last transfer. Undefined while uninitialized. */
  readonly lagMs: number | undefined;
  /** The snapshot the destination shows as its content. */
  readonly exportedSnapshot: string | undefined;
  readonly transfer: MirrorTransfer | undefined;
  readonly lastTransferType: TransferType | undefined;
  readonly policy: (Named & { readonly type: string | undefined }) | undefined;
  /** The relationship's own schedule (ONTAP 9.11); the policy's may stand in for it. */
  readonly schedule: string | undefined;
  /** KB/s; 0 is unlimited. */
  readonly throttleKilobytesPerSecond: number | undefined;
  /** A transient relationship that brings data back; it deletes itself when that has succeeded. */
  readonly restore: boolean;
}

/** What a source cluster knows of the mirrors it feeds. */
export interface MirrorDestination {
  readonly uuid: string;
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

export interface RelationshipFilter {
  readonly destinationSvm?: string;
  /** With `destinationSvm` the exact path, alone any SVM's. */
  readonly destinationVolume?: string;
  /** `<svm alias>:<volume>` */
  readonly sourcePath?: string;
  readonly sourceVolume?: string;
  readonly restore?: boolean;
  readonly state?: MirrorState;
}

const FIELDS = [
  "uuid,source.path,source.svm.name,source.cluster.name,destination.path,destination.svm.name,destination.cluster.name",
  "state,healthy,unhealthy_reason,lag_time,exported_snapshot,last_transfer_type,restore,throttle",
  "policy.name,policy.uuid,policy.type,transfer_schedule.name",
  "transfer.state,transfer.uuid,transfer.bytes_transferred,transfer.end_time,transfer.total_duration,transfer.type",
].join(",");

/** Above this many uuids the whole collection is read instead: a request line has its limits, a page does not mind. */
const UUIDS_PER_QUERY = 100;

const STATES = [
  "uninitialized",
  "snapmirrored",
  "paused",
  "broken_off",
  "in_sync",
  "out_of_sync",
  "synchronizing",
] as const;
const TRANSFER_STATES = ["queued", "transferring", "success", "failed", "aborted", "hard_aborted"] as const;
const TRANSFER_TYPES = ["initialize", "update", "resync", "restore"] as const;

function readEndpoint(wire: Wire | undefined): Endpoint {
  const path = needText(wire, "path");
  const colon = path.indexOf(":");
  return {
    path,
    svm: colon < 0 ? path : path.slice(0, colon),
    volume: colon < 0 ? "" : path.slice(colon + 1),
    cluster: text(part(wire, "cluster"), "name"),
  };
}

function readTransfer(wire: Wire): MirrorTransfer {
  return {
    state: word(wire, "state", TRANSFER_STATES),
    uuid: text(wire, "uuid"),
    bytes: num(wire, "bytes_transferred"),
    endTime: instant(wire, "end_time"),
    durationMs: span(wire, "total_duration"),
    type: word(wire, "type", TRANSFER_TYPES),
  };
}

function readRelationship(wire: Wire): Relationship {
  const transfer = part(wire, "transfer");
  const policy = part(wire, "policy");
  return {
    uuid: needText(wire, "uuid"),
    source: readEndpoint(part(wire, "source")),
    destination: readEndpoint(part(wire, "destination")),
    state: word(wire, "state", STATES),
    healthy: flag(wire, "healthy"),
    unhealthyReasons: parts(wire, "unhealthy_reason").map((each) => ({
      code: text(each, "code") ?? num(each, "code")?.toString(),
      message: text(each, "message") ?? "no reason given",
    })),
    lagMs: span(wire, "lag_time"),
    exportedSnapshot: text(wire, "exported_snapshot"),
    transfer: transfer === undefined ? undefined : readTransfer(transfer),
    lastTransferType: word(wire, "last_transfer_type", TRANSFER_TYPES),
    policy:
      policy === undefined
        ? undefined
        : { name: text(policy, "name"), uuid: text(policy, "uuid"), type: text(policy, "type") },
    schedule: text(part(wire, "transfer_schedule"), "name"),
    throttleKilobytesPerSecond: num(wire, "throttle"),
    restore: flag(wire, "restore") ?? false,
  };
}

function readDestination(wire: Wire): MirrorDestination {
  return {
    uuid: needText(wire, "uuid"),
    source: readEndpoint(part(wire, "source")),
    destination: readEndpoint(part(wire, "destination")),
  };
}

function filters(filter: RelationshipFilter): Filters {
  const { destinationSvm: svm, destinationVolume: volume } = filter;
  return {
    "destination.svm.name": volume === undefined ? svm : undefined,
    "destination.path":
      volume === undefined ? undefined : svm === undefined ? { like: `*:${volume}` } : `${svm}:${volume}`,
    "source.path":
      filter.sourcePath ?? (filter.sourceVolume === undefined ? undefined : { like: `*:${filter.sourceVolume}` }),
    restore: filter.restore,
    state: filter.state,
  };
}

/** Reads of `/snapmirror/relationships` (reference 6). A cluster shows the relationships whose destination it is. */
export function relationshipReads(http: HttpReads) {
  const path = "/snapmirror/relationships";
  const query = (where: Filters): Query => ({ fields: FIELDS, where });
  return {
    /** GET …/{uuid}. Rejected "4": there is none; for a restore relationship that may be success. */
    get: (uuid: string): Promise<Relationship> =>
      http.get(api`/snapmirror/relationships/${uuid}`, { fields: FIELDS }, readRelationship),

    /** GET …/{uuid}, undefined when there is none. Just after its creation it may take seconds to appear. */
    find: (uuid: string): Promise<Relationship | undefined> =>
      http.find(api`/snapmirror/relationships/${uuid}`, { fields: FIELDS }, readRelationship),

    /** GET /snapmirror/relationships, all pages. */
    list: (filter: RelationshipFilter = {}): Promise<Relationship[]> =>
      http.list(path, query(filters(filter)), readRelationship),

    /**
     * The watcher's question: how are these doing? One collection query for any number of them; those that are missing from the answer are gone.
     */
    watch: async (uuids: readonly string[]): Promise<Relationship[]> => {
      if (uuids.length === 0) return [];
      if (uuids.length <= UUIDS_PER_QUERY) return http.list(path, query({ uuid: { anyOf: uuids } }), readRelationship);
      const wanted = new Set(uuids);
      return (await http.list(path, query({}), readRelationship)).filter((each) => wanted.has(each.uuid));
    },

    /**
     * GET /snapmirror/relationships?list_destinations_only=true: asked of the source cluster, the mirrors it feeds. Old releases say little more
     * than the paths (reference 18.12).
     */
    listDestinations: (
      filter: { readonly sourceSvm?: string; readonly sourceVolume?: string } = {},
    ): Promise<MirrorDestination[]> =>
      http.list(
        path,
        {
          fields: "uuid,source.path,destination.path,destination.cluster.name",
          where: {
            "source.path":
              filter.sourceVolume === undefined
                ? filter.sourceSvm === undefined
                  ? undefined
                  : { like: `${filter.sourceSvm}:*` }
                : filter.sourceSvm === undefined
                  ? { like: `*:${filter.sourceVolume}` }
                  : `${filter.sourceSvm}:${filter.sourceVolume}`,
          },
          also: { list_destinations_only: true },
        },
        readDestination,
      ),
  };
}

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
    create: async (mirror: NewRelationship, options: WriteOptions = {}): Promise<Accepted> => {
      if (mirror.schedule !== undefined) await http.need("mirrorSchedule");
      if (mirror.throttleKilobytesPerSecond !== undefined) await http.need("mirrorThrottle");
      return post(
        {
          source: {
            path: mirror.sourcePath,
            cluster: mirror.sourceCluster === undefined ? undefined : { name: mirror.sourceCluster },
          },
          destination: { path: mirror.destinationPath },
          policy: { name: mirror.policy },
          transfer_schedule: mirror.schedule === undefined ? undefined : { name: mirror.schedule },
          throttle: mirror.throttleKilobytesPerSecond,
        },
        options,
      );
    },

    /**
     * POST /snapmirror/relationships `restore: true` on the cluster that owns the volume to be overwritten (asynchronous). Nothing moves until a transfer is
     * started; once one has, the volume is read-only until the restore ends, and after a failure until the relationship is deleted (reference 6.9).
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

export type RelationshipReads = ReturnType<typeof relationshipReads>;
export type RelationshipWrites = ReturnType<typeof relationshipWrites>;
