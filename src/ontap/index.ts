/** Everything of an ONTAP cluster that Sluice looks at and changes, over its REST interface. */
export { createOntap } from "./client.js";
export type { OntapClient, OntapLogin, OntapOptions, OntapReader } from "./client.js";
export type { Accepted, WriteOptions } from "./wire/calls.js";
export type { Log } from "./wire/transport.js";
export type { Named } from "./wire/records.js";
export { CODES } from "./wire/codes.js";
export type { CodeFact } from "./wire/codes.js";
export { isNotFound } from "./wire/errors.js";
export { FEATURES, isAtLeast } from "./wire/releases.js";
export type { Feature, Release } from "./wire/releases.js";
export { serialToWwid } from "./san/wwid.js";

export type { Aggregate, AggregateReads } from "./storage/aggregates.js";
export type { ClusterReads, ClusterVersion } from "./cluster/cluster.js";
export type { ClusterPeer, ClusterPeerReads } from "./cluster/peers.js";
export type { ApplicationEvent, EmsWrites } from "./support/ems.js";
export type { Igroup, IgroupFilter, IgroupReads, IgroupWrites, NewIgroup } from "./san/igroups.js";
export type { InterfaceReads, NetworkInterface, Portal } from "./network/interfaces.js";
export type { IscsiReads, IscsiService, IscsiSession } from "./san/iscsi.js";
export type { JobReads, OntapJob } from "./cluster/jobs.js";
export type { LunMap, LunMapFilter, LunMapReads, LunMapWrites, NewLunMap } from "./san/lun-maps.js";
export type { Lun, LunFilter, LunReads, LunWrites } from "./san/luns.js";
export type { MavReads, MavRequest } from "./security/mav.js";
export type { MirrorPolicy, PolicyReads } from "./snapmirror/policies.js";
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
} from "./snapmirror/relationships.js";
export type { Schedule, ScheduleReads } from "./cluster/schedules.js";
export type { NewSnapshot, Snapshot, SnapshotFilter, SnapshotReads, SnapshotWrites } from "./storage/snapshots.js";
export type { SvmPeer, SvmPeerReads } from "./svm/peers.js";
export type { Transfer, TransferReads, TransferWrites } from "./snapmirror/transfers.js";
export type { NewClone, QueuedVolume, Volume, VolumeFilter, VolumeReads, VolumeWrites } from "./storage/volumes.js";
