import type { SvmState } from "./svm.js";
import type { SnapshotState } from "./volumes.js";

/** Policies, relationships, transfers, and what a source remembers of those it feeds. Times are milliseconds since the epoch. */

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
  /** Came with the release: not to be changed or deleted. */
  readonly builtIn?: boolean | undefined;
  readonly syncType?: string | undefined;
  readonly rpo?: number | undefined;
  identity?: string | undefined;
  compression: boolean;
  retention: readonly Retention[];
  readonly copyAll: boolean;
  readonly copyLatest: boolean;
  /** False: pure vault, transfers only labelled snapshots. */
  readonly createOnSource: boolean;
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
  /** Bytes an earlier, aborted try had moved: it goes on from there. */
  resumedBytes?: number | undefined;
  /** Single files to restore, at most eight. */
  readonly files?: readonly { readonly source: string; readonly destination: string }[] | undefined;
  /** Resync: newer snapshots of the destination stay. */
  readonly preserve?: boolean | undefined;
}

/** Where an aborted or failed transfer can go on: the snapshots it carried, and how far it came. */
export interface Checkpoint {
  readonly type: TransferType;
  readonly versions: readonly string[];
  readonly bytes: number;
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
  readonly throttle?: number | undefined;
  readonly checkpointBytes?: number | undefined;
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
  checkpoint?: Checkpoint | undefined;
  /** A PATCH or DELETE whose job has not ended: another meanwhile is refused. */
  changing?: boolean | undefined;
}

/** What a source cluster remembers of a destination it feeds. */
export interface ReleaseState {
  readonly relationshipUuid: string;
  readonly source: End;
  readonly destination: End;
}
