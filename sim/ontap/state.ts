import type { Disk } from "../kit/san.js";
import type { WorldCluster } from "../worlds/types.js";

/** The arrays' state as plain objects. Times are milliseconds since the epoch. */

/** A LUN as a file in a volume: what snapshots, clones and transfers carry. Immutable. */
export interface LunFile {
  /** Lineage: the same file in a volume, its snapshots, its mirrors and its clones. */
  readonly inode: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly osType: string;
  readonly disk: Disk;
}

/** The data of a volume at one moment. Immutable: a write makes a new one. */
export interface Content {
  /** Opaque; equal content, equal id. */
  readonly id: string;
  /** When the data was last written: how far two contents are apart. */
  readonly writtenAt: number;
  readonly luns: readonly LunFile[];
}

export interface SnapshotState {
  readonly uuid: string;
  name: string;
  /** Equal on both sides of a mirror. */
  readonly versionUuid: string;
  readonly createdAt: number;
  label?: string | undefined;
  comment?: string | undefined;
  expiresAt?: number | undefined;
  snaplockExpiresAt?: number | undefined;
  readonly provenanceVolumeUuid: string;
  readonly content: Content;
}

/** What belongs to the LUN in this volume and survives reverts: reference 6.9 and 8.1. */
export interface LunIdentity {
  readonly uuid: string;
  readonly serial: string;
  enabled: boolean;
  comment: string;
  readonly createdAt: number;
}

export interface CloneOf {
  readonly parentVolumeUuid: string;
  readonly parentSnapshotUuid: string;
  readonly parentSnapshotName: string;
  /** Set while splitting. */
  splitStartedAt?: number | undefined;
  splitEndsAt?: number | undefined;
}

export interface VolumeState {
  readonly uuid: string;
  name: string;
  readonly svm: SvmState;
  type: "rw" | "dp";
  state: "online" | "offline" | "restricted";
  sizeBytes: number;
  readonly aggregate: string;
  encrypted: boolean;
  guarantee: "none" | "volume";
  snapshotPolicy: string;
  comment: string;
  tags: readonly string[];
  readonly language: string;
  readonly createdAt: number;
  readonly msid: number;
  junctionPath?: string | undefined;
  snapshotLocking: boolean;
  /** False only for a dp volume nothing was transferred to yet. */
  initialized: boolean;
  content: Content;
  /** Oldest first. */
  snapshots: SnapshotState[];
  readonly identities: Map<string, LunIdentity>;
  clone?: CloneOf | undefined;
  /** uuid of the restore relationship that holds the volume. */
  restoring?: string | undefined;
}

/** A deleted volume waiting in the recovery queue. */
export interface QueuedVolume {
  readonly volume: VolumeState;
  readonly name: string;
  readonly until: number;
}

export interface SvmState {
  readonly uuid: string;
  name: string;
  readonly iscsi?: { readonly targetName: string; enabled: boolean; alias: string } | undefined;
  readonly fcp?: { readonly targetName: string; enabled: boolean } | undefined;
  readonly createdAt: number;
}

export interface NodeState {
  readonly uuid: string;
  readonly name: string;
  readonly serial: string;
}

export interface AggregateState {
  readonly uuid: string;
  readonly name: string;
  readonly node: string;
  readonly sizeBytes: number;
}

export interface LifState {
  readonly uuid: string;
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
  readonly node: string;
  readonly port: string;
  readonly ipspace: string;
  readonly kind: "iscsi" | "intercluster" | "management";
  readonly svm?: SvmState | undefined;
  enabled: boolean;
  up: boolean;
}

export interface FcLifState {
  readonly uuid: string;
  readonly name: string;
  readonly wwpn: string;
  readonly wwnn: string;
  readonly node: string;
  readonly port: string;
  readonly svm: SvmState;
  enabled: boolean;
}

export interface IpspaceState {
  readonly uuid: string;
  readonly name: string;
}

export interface BroadcastDomainState {
  readonly uuid: string;
  readonly name: string;
  readonly ipspace: string;
  readonly mtu: number;
}

export interface PortState {
  readonly uuid: string;
  readonly name: string;
  readonly node: string;
  readonly type: "physical" | "vlan";
  broadcastDomain?: { name: string; ipspace: string } | undefined;
}

export interface RouteState {
  readonly uuid: string;
  readonly destination: { address: string; netmask: string };
  readonly gateway: string;
  readonly metric: number;
  readonly ipspace: string;
  readonly svm?: SvmState | undefined;
}

export interface IgroupState {
  readonly uuid: string;
  name: string;
  readonly svm: SvmState;
  readonly protocol: "iscsi" | "fcp" | "mixed";
  osType: string;
  comment: string;
  readonly deleteOnUnmap: boolean;
  initiators: { readonly name: string; comment: string }[];
}

export interface MapState {
  readonly svm: SvmState;
  readonly lunUuid: string;
  readonly igroupUuid: string;
  readonly number: number;
}

/** An iSCSI session a host opened. */
export interface SessionState {
  readonly targetName: string;
  readonly address: string;
  readonly initiator: string;
  readonly isid: string;
  readonly tsih: number;
}

export interface ScheduleState {
  readonly uuid: string;
  readonly name: string;
  readonly cron?: Cron | undefined;
  readonly intervalMs?: number | undefined;
  readonly svm?: SvmState | undefined;
}

export interface Cron {
  readonly minutes?: readonly number[] | undefined;
  readonly hours?: readonly number[] | undefined;
  readonly days?: readonly number[] | undefined;
  readonly months?: readonly number[] | undefined;
  readonly weekdays?: readonly number[] | undefined;
}

export interface Retention {
  readonly label: string;
  readonly count: number;
  readonly preserve?: boolean | undefined;
  readonly warn?: number | undefined;
  readonly period?: string | undefined;
  readonly prefix?: string | undefined;
  readonly creationSchedule?: string | undefined;
}

export interface PolicyState {
  readonly uuid: string;
  readonly name: string;
  readonly type: "async" | "sync" | "continuous";
  readonly svm?: SvmState | undefined;
  comment: string;
  throttle: number;
  /** Name of a schedule. */
  schedule?: string | undefined;
  compression: boolean;
  retention: readonly Retention[];
  readonly copyAll: boolean;
  readonly copyLatest: boolean;
  /** False: pure vault, transfers only labelled snapshots. */
  readonly createOnSource: boolean;
}

export interface ClusterPeerState {
  uuid: string;
  name: string;
  /** Name of the other cluster; absent for an anonymous offer nobody took yet. */
  remote?: string | undefined;
  addresses: readonly string[];
  readonly ipspace: string;
  readonly applications: readonly string[];
  readonly allowedSvms: readonly string[];
  readonly encryption: "none" | "tls_psk";
  passphrase?: string | undefined;
  readonly expiresAt?: number | undefined;
  createdAt: number;
}

export interface SvmPeerState {
  readonly uuid: string;
  /** Local alias of the remote SVM: what `source.path` is written with. */
  name: string;
  readonly svm: SvmState;
  readonly remoteCluster: string;
  readonly remoteSvmUuid: string;
  state: "initiated" | "pending" | "peered" | "rejected" | "suspended";
  applications: readonly string[];
}

export interface PeerPermissionState {
  readonly clusterPeer: string;
  readonly svm: string;
  applications: readonly string[];
}

export type TransferType = "initialize" | "update" | "resync" | "restore";

export interface End {
  readonly cluster: string;
  readonly svmUuid: string;
  readonly volumeUuid: string;
  readonly path: string;
}

export interface ActiveTransfer {
  readonly uuid: string;
  readonly type: TransferType;
  phase: "queued" | "transferring";
  readonly queuedAt: number;
  beginsAt: number;
  endsAt: number;
  bytes: number;
  readonly throttle: number;
  readonly sourceSnapshot?: string | undefined;
  readonly scheduled: boolean;
  /** Snapshots going over, by version, decided when it begins. */
  cargo: readonly SnapshotState[];
}

export interface PastTransfer {
  readonly uuid: string;
  readonly type: TransferType;
  readonly state: "success" | "failed" | "aborted" | "hard_aborted";
  readonly bytes: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly snapshot?: string | undefined;
  readonly error?: { readonly code: number; readonly message: string } | undefined;
}

export interface RelationshipState {
  readonly uuid: string;
  readonly source: End;
  readonly destination: End;
  readonly restore: boolean;
  state: "uninitialized" | "snapmirrored" | "paused" | "broken_off";
  policy: string;
  /** Name; overrides the policy's. `null`: taken away. */
  schedule?: string | null | undefined;
  throttle: number;
  healthy: boolean;
  unhealthy: readonly { readonly code: number; readonly message: string }[];
  /** versionUuid of the snapshot presented as the destination's file system. */
  exported?: { readonly versionUuid: string; readonly name: string; readonly createdAt: number } | undefined;
  transfer?: ActiveTransfer | undefined;
  /** Newest last. */
  past: PastTransfer[];
  totalBytes: number;
  totalMs: number;
  /** Not shown by GET before: reference 6.3 (#344). */
  readonly visibleAt: number;
  backoff: "high" | "medium" | "none";
}

/** What a source cluster remembers of a destination it feeds. */
export interface ReleaseState {
  readonly relationshipUuid: string;
  readonly source: End;
  readonly destination: End;
}

export interface JobState {
  readonly uuid: string;
  readonly description: string;
  readonly svm?: SvmState | undefined;
  readonly startedAt: number;
  endsAt: number;
  endedAt?: number | undefined;
  state: "queued" | "running" | "success" | "failure";
  message: string;
  code: number;
}

export interface MavRequestState {
  readonly index: number;
  readonly operation: string;
  readonly query: string;
  readonly user: string;
  /** Which call it lets through. */
  readonly key: string;
  state: "pending" | "approved" | "vetoed" | "expired" | "executed";
  approvers: string[];
  readonly createdAt: number;
  approvedAt?: number | undefined;
  readonly comment: string;
}

export interface EmsState {
  readonly index: number;
  readonly at: number;
  readonly node: string;
  readonly name: string;
  readonly severity: "emergency" | "alert" | "error" | "notice" | "informational" | "debug";
  readonly message: string;
}

export interface ConsistencyGroupState {
  readonly uuid: string;
  readonly name: string;
  readonly svm: SvmState;
  volumeUuids: readonly string[];
  snapshots: {
    readonly uuid: string;
    readonly name: string;
    readonly createdAt: number;
    readonly comment: string;
    readonly label: string;
  }[];
}

export interface ClusterState {
  readonly uuid: string;
  readonly name: string;
  readonly spec: WorldCluster;
  readonly nodes: readonly NodeState[];
  readonly aggregates: readonly AggregateState[];
  svms: SvmState[];
  lifs: LifState[];
  readonly fcLifs: readonly FcLifState[];
  ipspaces: IpspaceState[];
  broadcastDomains: BroadcastDomainState[];
  ports: PortState[];
  routes: RouteState[];
  peers: ClusterPeerState[];
  svmPeers: SvmPeerState[];
  permissions: PeerPermissionState[];
  schedules: ScheduleState[];
  policies: PolicyState[];
  volumes: VolumeState[];
  queue: QueuedVolume[];
  igroups: IgroupState[];
  maps: MapState[];
  sessions: SessionState[];
  relationships: RelationshipState[];
  releases: ReleaseState[];
  groups: ConsistencyGroupState[];
  jobs: JobState[];
  mav: MavRequestState[];
  ems: EmsState[];
  /** Volume names a running job is about to create. */
  readonly creating: Set<string>;
}
