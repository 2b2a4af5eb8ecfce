import type { WorldCluster } from "../../worlds/types.js";
import type { BulkResult } from "./bulk.js";
import type {
  AzureAddresses,
  BroadcastDomainState,
  FcLifState,
  IpspaceState,
  LifState,
  PortState,
  RouteState,
} from "./network.js";
import type { ClusterPeerState, PeerPermissionState, SvmPeerState } from "./peers.js";
import type { IgroupState, IscsiCredentialState, MapState, SessionState } from "./san.js";
import type { PolicyState, RelationshipState, ReleaseState } from "./snapmirror.js";
import type { MavRequestState, SecurityState } from "./security.js";
import type { SvmState } from "./svm.js";
import type { AggregateState, QueuedVolume, VolumeState } from "./volumes.js";

/** A cluster as a whole, its nodes, schedules, jobs, approvals and events. Times are milliseconds since the epoch. */

export interface NodeState {
  readonly uuid: string;
  readonly name: string;
  readonly serial: string;
}

export interface ScheduleState {
  readonly uuid: string;
  readonly name: string;
  cron?: Cron | undefined;
  intervalMs?: number | undefined;
  readonly svm?: SvmState | undefined;
}

export interface Cron {
  readonly minutes?: readonly number[] | undefined;
  readonly hours?: readonly number[] | undefined;
  readonly days?: readonly number[] | undefined;
  readonly months?: readonly number[] | undefined;
  readonly weekdays?: readonly number[] | undefined;
}

export interface JobState {
  readonly uuid: string;
  readonly description: string;
  readonly svm?: SvmState | undefined;
  readonly startedAt: number;
  endsAt: number;
  endedAt?: number | undefined;
  state: "queued" | "running" | "paused" | "success" | "failure";
  /** Set while paused: what was left to do. */
  leftMs?: number | undefined;
  /** Set when its time came while it was paused. */
  resume?: (() => void) | undefined;
  message: string;
  code: number;
  /** HTTP status of its error, where the call waited for the end. */
  status?: number | undefined;
}

export interface EmsState {
  readonly index: number;
  readonly at: number;
  readonly node: string;
  readonly name: string;
  readonly severity: "emergency" | "alert" | "error" | "notice" | "informational" | "debug";
  readonly message: string;
}

export interface EmsDestinationState {
  readonly name: string;
  readonly type: "rest_api" | "syslog" | "email";
  destination: string;
  filters: readonly string[];
}

/** An AutoSupport message sent from a node. */
export interface AsupState {
  readonly index: number;
  readonly node: string;
  readonly subject: string;
  readonly at: number;
}

export interface ConsistencyGroupState {
  readonly uuid: string;
  name: string;
  readonly svm: SvmState;
  volumeUuids: readonly string[];
  comment?: string | undefined;
  snapshots: GroupSnapshotState[];
  /** First phase of a two-phase snapshot: the members take no writes until it is committed or its time is over. */
  fence?: GroupFence | undefined;
  readonly clone?: { readonly parentGroupUuid: string; readonly parentSnapshot: string } | undefined;
}

export interface GroupSnapshotState {
  readonly uuid: string;
  readonly name: string;
  readonly createdAt: number;
  comment: string;
  label: string;
  readonly consistency: "crash" | "application";
  /** Members at that time; absent: those of today. */
  readonly volumeUuids?: readonly string[] | undefined;
}

export interface GroupFence {
  readonly uuid: string;
  readonly name: string;
  readonly comment: string;
  readonly label: string;
  readonly consistency: "crash" | "application";
  readonly until: number;
}

export interface SnapshotPolicyState {
  readonly uuid: string;
  readonly name: string;
  readonly svm?: SvmState | undefined;
  enabled: boolean;
  comment: string;
  copies: readonly {
    readonly schedule: string;
    readonly count: number;
    readonly prefix?: string | undefined;
    readonly label?: string | undefined;
    readonly period?: string | undefined;
  }[];
}

/** A call as the audit trail keeps it. */
export interface AuditState {
  readonly index: number;
  readonly at: number;
  readonly user: string;
  readonly input: string;
  readonly state: "pending" | "success" | "error";
  readonly message: string;
}

export interface ClusterState {
  readonly uuid: string;
  readonly name: string;
  /** As the world has it, or as the profile was changed since. */
  spec: WorldCluster;
  readonly nodes: readonly NodeState[];
  readonly aggregates: readonly AggregateState[];
  svms: SvmState[];
  lifs: LifState[];
  readonly fcLifs: readonly FcLifState[];
  ipspaces: IpspaceState[];
  broadcastDomains: BroadcastDomainState[];
  ports: PortState[];
  routes: RouteState[];
  /** Absent: no Azure in between, every address is delivered. */
  readonly azure?: AzureAddresses | undefined;
  /** Ports of NICs attached while the world runs, by their address. */
  readonly azurePorts: Map<string, string>;
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
  iscsiCredentials: IscsiCredentialState[];
  relationships: RelationshipState[];
  releases: ReleaseState[];
  groups: ConsistencyGroupState[];
  jobs: JobState[];
  /** Of writes of many records. */
  bulk: BulkResult[];
  mav: MavRequestState[];
  readonly security: SecurityState;
  snapshotPolicies: SnapshotPolicyState[];
  ems: EmsState[];
  emsDestinations: EmsDestinationState[];
  asup: AsupState[];
  /** Volume names a running job is about to create. */
  readonly creating: Set<string>;
}
