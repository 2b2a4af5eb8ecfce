import type { HttpReads } from "../wire/calls.js";
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

const readReason = (wire: Wire) => ({
  code: text(wire, "code") ?? num(wire, "code")?.toString(),
  message: text(wire, "message") ?? "no reason given",
});

function readRelationship(wire: Wire): Relationship {
  const transfer = part(wire, "transfer");
  const policy = part(wire, "policy");
  return {
    uuid: needText(wire, "uuid"),
    source: readEndpoint(part(wire, "source")),
    destination: readEndpoint(part(wire, "destination")),
    state: word(wire, "state", STATES),
    healthy: flag(wire, "healthy"),
    unhealthyReasons: wire["unhealthy_reason"] === undefined ? [] : parts(wire, "unhealthy_reason").map(readReason),
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

export type RelationshipReads = ReturnType<typeof relationshipReads>;
