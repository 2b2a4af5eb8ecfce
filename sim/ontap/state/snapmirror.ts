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
