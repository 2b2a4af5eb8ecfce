import type { HttpReads } from "../wire/calls.js";
import { api, type Filters, type Query } from "../wire/query.js";
import {
  durationMs,
  flagOf,
  instantOf,
  type Named,
  needText,
  needTextOf,
  num,
  numOf,
  part,
  partOf,
  parts,
  text,
  textOf,
  type Wire,
  wordOf,
} from "../wire/records.js";

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
  "uuid,source.path,source.cluster.name,destination.path,destination.cluster.name",
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

/**
 * A reader for one list. Clusters have mirrors by the ten thousand, and most have the same policy and few SVMs: what is equal to the record before is not
 * made again.
 */
function relationshipReader(): (wire: Wire) => Relationship {
  const readSource = endpointReader();
  const readTarget = endpointReader();
  let lastPolicy: Relationship["policy"];
  const readPolicy = (wire: Wire | undefined): Relationship["policy"] => {
    if (wire === undefined) return undefined;
    const [name, uuid, type] = [textOf(wire["name"]), textOf(wire["uuid"]), textOf(wire["type"])];
    if (lastPolicy?.uuid !== uuid || lastPolicy?.name !== name || lastPolicy?.type !== type)
      lastPolicy = { name, uuid, type };
    return lastPolicy;
  };
  return (wire) => {
    const transfer = partOf(wire["transfer"]);
    return {
      uuid: needTextOf(wire["uuid"], "uuid"),
      source: readSource(partOf(wire["source"])),
      destination: readTarget(partOf(wire["destination"])),
      state: wordOf(wire["state"], STATES),
      healthy: flagOf(wire["healthy"]),
      unhealthyReasons:
        wire["unhealthy_reason"] === undefined ? NO_REASON : parts(wire, "unhealthy_reason").map(readReason),
      lagMs: durationMs(textOf(wire["lag_time"])),
      exportedSnapshot: textOf(wire["exported_snapshot"]),
      transfer: transfer === undefined ? undefined : readTransfer(transfer),
      lastTransferType: wordOf(wire["last_transfer_type"], TRANSFER_TYPES),
      policy: readPolicy(partOf(wire["policy"])),
      schedule: textOf(partOf(wire["transfer_schedule"])?.["name"]),
      throttleKilobytesPerSecond: numOf(wire["throttle"]),
      restore: flagOf(wire["restore"]) ?? false,
    };
  };
}

const NO_REASON: Relationship["unhealthyReasons"] = Object.freeze([]);

function endpointReader(): (wire: Wire | undefined) => Endpoint {
  let svm = "";
  let cluster: string | undefined;
  return (wire) => {
    const path = needTextOf(wire?.["path"], "path");
    const colon = path.indexOf(":");
    if (colon < 0) svm = path;
    else if (svm.length !== colon || !path.startsWith(svm)) svm = path.slice(0, colon);
    const named = textOf(partOf(wire?.["cluster"])?.["name"]);
    if (cluster !== named) cluster = named;
    return { path, svm, volume: colon < 0 ? "" : path.slice(colon + 1), cluster };
  };
}

const readTransfer = (wire: Wire): MirrorTransfer => ({
  state: wordOf(wire["state"], TRANSFER_STATES),
  uuid: textOf(wire["uuid"]),
  bytes: numOf(wire["bytes_transferred"]),
  endTime: instantOf(wire["end_time"]),
  durationMs: durationMs(textOf(wire["total_duration"])),
  type: wordOf(wire["type"], TRANSFER_TYPES),
});

const readReason = (wire: Wire) => ({
  code: text(wire, "code") ?? num(wire, "code")?.toString(),
  message: text(wire, "message") ?? "no reason given",
});

function destinationReader(): (wire: Wire) => MirrorDestination {
  const readSource = endpointReader();
  const readTarget = endpointReader();
  return (wire) => ({
    uuid: needText(wire, "uuid"),
    source: readSource(part(wire, "source")),
    destination: readTarget(part(wire, "destination")),
  });
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
      http.get(api`/snapmirror/relationships/${uuid}`, { fields: FIELDS }, relationshipReader()),

    /** GET …/{uuid}, undefined when there is none. Just after its creation it may take seconds to appear. */
    find: (uuid: string): Promise<Relationship | undefined> =>
      http.find(api`/snapmirror/relationships/${uuid}`, { fields: FIELDS }, relationshipReader()),

    /** GET /snapmirror/relationships, all pages. */
    list: (filter: RelationshipFilter = {}): Promise<Relationship[]> =>
      http.list(path, query(filters(filter)), relationshipReader()),

    /**
     * GET /snapmirror/relationships?uuid=a|b|c, the watcher's question: how are these doing? One collection query for any number of them; those that are missing from
     * the answer are gone.
     */
    watch: async (uuids: readonly string[]): Promise<Relationship[]> => {
      if (uuids.length === 0) return [];
      if (uuids.length <= UUIDS_PER_QUERY)
        return http.list(path, query({ uuid: { anyOf: uuids } }), relationshipReader());
      const wanted = new Set(uuids);
      return (await http.list(path, query({}), relationshipReader())).filter((each) => wanted.has(each.uuid));
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
        destinationReader(),
      ),
  };
}

export type RelationshipReads = ReturnType<typeof relationshipReads>;
