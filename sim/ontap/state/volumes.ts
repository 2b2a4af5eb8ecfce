import type { Disk } from "../../kit/san.js";
import type { SvmState } from "./svm.js";

/** Volumes, what is in them, and the aggregates they lie on. Times are milliseconds since the epoch. */

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
  /** Attributes only kept and shown. */
  settings?: Readonly<Record<string, unknown>> | undefined;
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
  /** Absent: off for rw, grow_shrink for dp, as ONTAP does. */
  autosize?:
    | {
        readonly mode: "off" | "grow" | "grow_shrink";
        readonly maximum?: number | undefined;
        /** Percent. */
        readonly growThreshold?: number | undefined;
        readonly shrinkThreshold?: number | undefined;
      }
    | undefined;
  /** Running until then: a plain volume is being encrypted, or an encrypted one gets a new key. */
  converting?: { readonly what: "encrypting" | "rekeying"; readonly from: number; readonly until: number } | undefined;
  /** Counts rekeys: part of the key id. */
  keyGeneration?: number | undefined;
  /** The array took it offline because its keys were not to be had. */
  offlineForKeys?: boolean | undefined;
  /** Attributes that are only kept and shown, as they were given (`tiering`, `efficiency`, `nas`, …). */
  settings?: Readonly<Record<string, unknown>> | undefined;
}

/** A deleted volume waiting in the recovery queue. */
export interface QueuedVolume {
  readonly volume: VolumeState;
  readonly name: string;
  readonly until: number;
}

export interface AggregateState {
  readonly uuid: string;
  readonly name: string;
  readonly node: string;
  readonly sizeBytes: number;
}
