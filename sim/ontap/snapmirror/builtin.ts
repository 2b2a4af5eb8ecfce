import type { WorldCluster } from "../../worlds/types.js";
import type { PolicyState, Retention } from "../state.js";

type BuiltIn = Pick<PolicyState, "name" | "comment"> &
  Partial<
    Pick<PolicyState, "type" | "syncType" | "copyAll" | "copyLatest" | "createOnSource" | "schedule" | "retention">
  > & {
    /** Release 9.x that brought it. */
    readonly since?: number;
  };

const rule = (label: string, count: number): Retention => ({ label, count });

/** The policies every release brings with it (reference 5.2); those not there yet are left out. */
const ALL: readonly BuiltIn[] = [
  {
    name: "Asynchronous",
    comment:
      "A unified Asynchronous SnapMirror and SnapVault policy for mirroring the latest active file system and daily and weekly snapshots with an hourly transfer schedule.",
    schedule: "hourly",
    retention: [rule("daily", 7), rule("weekly", 52)],
  },
  { name: "MirrorAllSnapshots", comment: "Mirrors all snapshots and the latest active file system.", copyAll: true },
  { name: "MirrorLatest", comment: "Mirrors the latest active file system.", copyLatest: true },
  {
    name: "MirrorAndVault",
    comment: "Mirrors the latest active file system and daily and weekly snapshots.",
    retention: [rule("daily", 7), rule("weekly", 52)],
  },
  {
    name: "XDPDefault",
    comment: "Vault policy with daily and weekly rules.",
    createOnSource: false,
    retention: [rule("daily", 7), rule("weekly", 52)],
  },
  {
    name: "DailyBackup",
    comment: "Vault policy with a daily rule and a daily transfer schedule.",
    createOnSource: false,
    schedule: "daily",
    retention: [rule("daily", 7)],
    since: 9,
  },
  { name: "DPDefault", comment: "Mirrors all snapshots and the latest active file system.", copyAll: true },
  {
    name: "CloudBackupDefault",
    comment: "Vault policy with daily rule.",
    createOnSource: false,
    retention: [rule("daily", 7)],
    since: 8,
  },
  {
    name: "Unified7year",
    comment: "Mirrors the latest active file system, with daily, weekly and monthly snapshots kept for seven years.",
    retention: [rule("daily", 7), rule("weekly", 52), { ...rule("monthly", 84), creationSchedule: "monthly" }],
  },
  { name: "Sync", comment: "Policy for SnapMirror Synchronous.", type: "sync", syncType: "sync" },
  { name: "StrictSync", comment: "Policy for SnapMirror Synchronous, strict.", type: "sync", syncType: "strict_sync" },
  {
    name: "AutomatedFailOver",
    comment: "Policy for SnapMirror active sync.",
    type: "sync",
    syncType: "automated_failover",
    since: 8,
  },
  {
    name: "AutomatedFailOverDuplex",
    comment: "Policy for symmetric SnapMirror active sync.",
    type: "sync",
    syncType: "automated_failover_duplex",
    since: 15,
  },
  { name: "Continuous", comment: "Policy for S3 bucket mirroring.", type: "continuous", since: 10 },
];

export const builtInPolicies = (spec: WorldCluster, id: (label: string) => string): PolicyState[] =>
  ALL.filter((each) => (each.since ?? 6) <= spec.release.major || spec.release.generation > 9).map(
    ({ since: _since, ...each }): PolicyState => ({
      type: "async",
      throttle: 0,
      compression: false,
      retention: [],
      copyAll: false,
      copyLatest: false,
      createOnSource: true,
      ...each,
      uuid: id(`policy/${each.name}`),
      builtIn: true,
    }),
  );
