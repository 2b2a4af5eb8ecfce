/** Everything of an ONTAP cluster that Sluice looks at and changes, over its REST interface. How to use it by itself: docs/ontap-client.md. */
export { createOntap } from "./client.js";
export type { OntapClient, OntapLogin, OntapOptions, OntapReader } from "./client.js";
export { InDoubt, NotSent, Problem, Rejected } from "../core/problems.js";
export type { Accepted, WriteOptions } from "./wire/calls.js";
export type { Log } from "./wire/transport.js";
export type { Named } from "./wire/records.js";
export { CODES, isAlreadyGone, isAlreadyThere } from "./wire/codes.js";
export type { CodeFact } from "./wire/codes.js";
export { isNotFound } from "./wire/errors.js";
export { FEATURES, FIELD_SINCE, isAtLeast } from "./wire/releases.js";
export type { Feature, Release } from "./wire/releases.js";
export { interoperability, mirrorPartnersOf } from "./snapmirror/interoperability.js";
export type { Interoperability, MirrorEnd } from "./snapmirror/interoperability.js";
export type { Settling } from "./watch.js";
export { serialToWwid } from "./san/wwid.js";

export type { ClusterNode, ClusterReads, ClusterVersion, Lacking, Platform } from "./cluster/cluster.js";
export type { JobReads, JobWrites, OntapJob } from "./cluster/jobs.js";
export type { Privilege, RightsReads } from "./security/rights.js";
export type { ClusterPeer, ClusterPeerReads, ClusterPeerWrites, NewPeering, PeerOffer } from "./cluster/peers.js";
export type { NewCron, Schedule, ScheduleReads, ScheduleWrites } from "./cluster/schedules.js";
export type { SvmPeer, SvmPeerReads, SvmPeerWrites } from "./svm/peers.js";
export type { PeerPermission, PeerPermissionReads, PeerPermissionWrites } from "./svm/permissions.js";
export type { Svm, SvmReads } from "./svm/svms.js";
export type { BroadcastDomain, BroadcastDomainReads, BroadcastDomainWrites } from "./network/broadcast-domains.js";
export type { InterfaceReads, InterfaceWrites, NetworkInterface, NewInterface, Portal } from "./network/interfaces.js";
export type { Ipspace, IpspaceReads, IpspaceWrites } from "./network/ipspaces.js";
export type { InDomain, Port, PortReads, PortWrites } from "./network/ports.js";
export type { Route, RouteReads, RouteWrites } from "./network/routes.js";
export type { Aggregate, AggregateReads } from "./storage/aggregates.js";
export type {
  NewSnapshotPolicy,
  SnapshotCopies,
  SnapshotPolicy,
  SnapshotPolicyReads,
  SnapshotPolicyWrites,
} from "./storage/snapshot-policies.js";
export type { NewSnapshot, Snapshot, SnapshotFilter, SnapshotReads, SnapshotWrites } from "./storage/snapshots.js";
export type { QueuedVolume, Volume, VolumeFilter, VolumeReads } from "./storage/volumes.js";
export type { NewClone, NewVolume, VolumeWrites } from "./storage/volume-writes.js";
export type {
  ConsistencyGroup,
  ConsistencyGroupReads,
  ConsistencyGroupWrites,
  GroupSnapshot,
  NewGroupClone,
  NewGroupSnapshot,
} from "./application/consistency-groups.js";
export type {
  MirrorPolicy,
  NewPolicy,
  PolicyContent,
  PolicyReads,
  PolicyWrites,
  RetentionRule,
} from "./snapmirror/policies.js";
export type {
  Endpoint,
  MirrorDestination,
  MirrorState,
  MirrorTransfer,
  Relationship,
  RelationshipFilter,
  RelationshipReads,
  TransferState,
  TransferType,
} from "./snapmirror/relationships.js";
export type {
  DeleteMode,
  NewRelationship,
  RelationshipChange,
  RelationshipWrites,
  StateOptions,
} from "./snapmirror/relationship-writes.js";
export type { Transfer, TransferReads, TransferWrites } from "./snapmirror/transfers.js";
export type { Igroup, IgroupFilter, IgroupReads, IgroupWrites, NewIgroup } from "./san/igroups.js";
export type { IscsiReads, IscsiService, IscsiSession, IscsiWrites } from "./san/iscsi.js";
export type { LunMap, LunMapFilter, LunMapReads, LunMapWrites, NewLunMap } from "./san/lun-maps.js";
export type { Lun, LunFilter, LunReads, LunWrites, NewLun } from "./san/luns.js";
export type {
  AzureCredential,
  AzureKeyVault,
  AzureKeyVaultReads,
  AzureKeyVaultWrites,
  NamedSecret,
  NewAzureKeyVault,
  OpenSecret,
} from "./security/azure-key-vaults.js";
export type { KeyManager, KeyManagerReads, KeyManagerWrites, KeyStore } from "./security/key-managers.js";
export type { MavGroup, MavReads, MavRequest, MavRule, MavSettings, MavWrites } from "./security/mav.js";
export type { ApplicationEvent, EmsEvent, EmsFilter, EmsMessage, EmsReads, EmsWrites } from "./support/ems.js";
