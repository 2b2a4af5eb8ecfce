import type { WorldCluster } from "../../worlds/types.js";
import type { BroadcastDomainState, FcLifState, IpspaceState, LifState, PortState, RouteState } from "./network.js";
import type { ClusterPeerState, PeerPermissionState, SvmPeerState } from "./peers.js";
import type { IgroupState, MapState, SessionState } from "./san.js";
import type { PolicyState, RelationshipState, ReleaseState } from "./snapmirror.js";
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
