/** Everything of an ONTAP cluster that Sluice looks at and changes, over its REST interface. */
export { createOntap } from "./client.js";
export type { OntapClient, OntapLogin, OntapOptions, OntapReader } from "./client.js";
export type { Accepted, WriteOptions } from "./calls.js";
export type { Log } from "./transport.js";
export type { Named } from "./wire.js";
export { CODES } from "./codes.js";
export type { CodeFact } from "./codes.js";
export { isNotFound } from "./errors.js";
export { FEATURES, isAtLeast } from "./releases.js";
export type { Feature, Release } from "./releases.js";
export { serialToWwid } from "./wwid.js";

export type { Aggregate, AggregateReads } from "./aggregates.js";
export type { ClusterReads, ClusterVersion } from "./cluster.js";
export type { ClusterPeer, ClusterPeerReads } from "./cluster-peers.js";
export type { ApplicationEvent, EmsWrites } from "./ems.js";
export type { Igroup, IgroupFilter, IgroupReads, IgroupWrites, NewIgroup } from "./igroups.js";
export type { InterfaceReads, NetworkInterface, Portal } from "./interfaces.js";
export type { IscsiReads, IscsiService, IscsiSession } from "./iscsi.js";
export type { JobReads, OntapJob } from "./jobs.js";
export type { LunMap, LunMapFilter, LunMapReads, LunMapWrites, NewLunMap } from "./lun-maps.js";
export type { Lun, LunFilter, LunReads, LunWrites } from "./luns.js";
export type { MavReads, MavRequest } from "./mav.js";
export type { MirrorPolicy, PolicyReads } from "./policies.js";
export type {
  DeleteMode,
  Endpoint,
  MirrorDestination,
  MirrorState,
  MirrorTransfer,
  NewRelationship,
  Relationship,
  RelationshipFilter,
  RelationshipReads,
  RelationshipWrites,
  StateOptions,
  TransferState,
  TransferType,
} from "./relationships.js";
export type { Schedule, ScheduleReads } from "./schedules.js";
export type { NewSnapshot, Snapshot, SnapshotFilter, SnapshotReads, SnapshotWrites } from "./snapshots.js";
export type { SvmPeer, SvmPeerReads } from "./svm-peers.js";
export type { Transfer, TransferReads, TransferWrites } from "./transfers.js";
export type { NewClone, QueuedVolume, Volume, VolumeFilter, VolumeReads, VolumeWrites } from "./volumes.js";
