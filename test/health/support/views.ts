import type { SetConfig } from "../../../src/config/types.js";
import type { CloneNote } from "../../../src/core/clone-notes.js";
import type { HealthView, HeldClone, Looked, MemberHealth, VolumeSight } from "../../../src/health/index.js";
import type { MirrorPolicy, Relationship, Snapshot, Volume } from "../../../src/ontap/index.js";

/** Sunday, two in the afternoon. */
export const NOW = Date.parse("2026-11-22T14:00:00Z");
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const iso = (ms: number): string => new Date(ms).toISOString();

export const setOf = (name: string, volumes: readonly string[], over: Partial<SetConfig> = {}): SetConfig => ({
  name,
  aliases: [],
  environment: "production",
  members: volumes.map((volume) => ({
    source: { cluster: "array", svm: "svm_prd", volume },
    mirror: { cluster: "cvo", svm: "svm_dr", volume: `${volume}_dr` },
  })),
  layout: { volumeGroups: [] },
  productionHosts: [],
  rpoTargetMinutes: 60,
  nightly: { pattern: "nightly.*", label: "daily", cron: "0 2 * * *", timeZone: "UTC", graceMinutes: 60 },
  failover: { snapshotPolicy: "default" },
  drill: { checks: [] },
  ...over,
});

export const snapshot = (name: string, at: number, comment = "app-consistent"): Snapshot => ({
  uuid: `uuid-${name}`,
  versionUuid: `version-${name}`,
  name,
  volumeUuid: "v",
  createTime: iso(at),
  label: "daily",
  comment,
  owners: [],
  expiryTime: undefined,
  snaplockExpiryTime: undefined,
  sizeBytes: undefined,
});

export const nightName = (at: number): string => `nightly.${iso(at).slice(0, 10)}_0200`;
/** The last `count` nights at 02:00 UTC, newest last. */
export const nights = (count: number, comment?: string): Snapshot[] =>
  Array.from({ length: count }, (_, i) => Date.parse("2026-11-22T02:00:00Z") - (count - 1 - i) * DAY).map((at) =>
    snapshot(nightName(at), at, comment),
  );

export const volume = (name: string, over: Partial<Volume> = {}): Volume => ({
  uuid: `uuid-${name}`,
  name,
  svm: { name: "svm", uuid: "s" },
  type: "rw",
  state: "online",
  sizeBytes: 1,
  usedBytes: 1,
  availableBytes: 1,
  aggregate: undefined,
  createTime: iso(NOW - 100 * DAY),
  comment: "",
  language: undefined,
  snapshotPolicy: undefined,
  encrypted: undefined,
  encryptionState: undefined,
  tags: [],
  snapshotLocking: undefined,
  consistencyGroup: undefined,
  clone: undefined,
  ...over,
});

export const mirrorSnapshot = (at: number): Snapshot => ({
  ...snapshot(`snapmirror.x.${at}`, at, ""),
  label: undefined,
});

export const policy: MirrorPolicy = {
  uuid: "p",
  name: "epic_mirror",
  svm: undefined,
  comment: "",
  type: "async",
  schedule: undefined,
  throttleKilobytesPerSecond: 0,
  copiesAllSnapshots: false,
  copiesLatestOnly: false,
  compresses: false,
  createsSnapshotOnSource: true,
  retention: [{ label: "daily", count: 30 }],
};

/** A mirror that did its last update five minutes ago. */
export const relationship = (name: string, lagMs = 5 * MINUTE, over: Partial<Relationship> = {}): Relationship => ({
  uuid: `rel-${name}`,
  source: { path: `svm_prd:${name}`, svm: "svm_prd", volume: name, cluster: "array" },
  destination: { path: `svm_dr:${name}_dr`, svm: "svm_dr", volume: `${name}_dr`, cluster: undefined },
  state: "snapmirrored",
  healthy: true,
  unhealthyReasons: [],
  lagMs,
  exportedSnapshot: `snapmirror.x.${NOW - lagMs}`,
  transfer: {
    state: "success",
    uuid: undefined,
    bytes: 400 * 2 ** 20,
    endTime: iso(NOW - lagMs + 20_000),
    durationMs: 20_000,
    type: "update",
  },
  lastTransferType: "update",
  policy: { name: policy.name, uuid: policy.uuid, type: "async" },
  schedule: "epic_15min",
  throttleKilobytesPerSecond: 0,
  restore: false,
  ...over,
});

export const seen = <T>(is: T): Looked<T> => ({ ok: true, is });
export const unseen = (why: string): Looked<never> => ({ ok: false, why });

/** A member with nothing wrong: seven nights on the source, thirty on the mirror. */
export function member(name: string, over: Partial<MemberHealth> = {}, is = relationship(name)): MemberHealth {
  const shown = mirrorSnapshot(NOW - (is.lagMs ?? 0));
  const onSource: VolumeSight = { volume: volume(name), snapshots: [...nights(7), shown] };
  const onMirror: VolumeSight = { volume: volume(`${name}_dr`, { type: "dp" }), snapshots: [...nights(30), shown] };
  return {
    source: { cluster: "array", svm: "svm_prd", volume: name },
    mirror: { cluster: "cvo", svm: "svm_dr", volume: `${name}_dr` },
    relationship: seen(is),
    policy,
    pause: seen(undefined),
    onSource: seen(onSource),
    onMirror: seen(onMirror),
    ...over,
  };
}

export const viewOf = (
  members: readonly MemberHealth[],
  over: Partial<HealthView> = {},
  set?: SetConfig,
): HealthView => ({
  sets: [
    {
      set:
        set ??
        setOf(
          "prod",
          members.map((each) => each.source.volume),
        ),
      members,
    },
  ],
  clones: [],
  peerings: [],
  keyVaults: [],
  troubles: [],
  ...over,
});

export const held = (note: Partial<CloneNote>, madeAt = NOW - DAY): HeldClone => ({
  cluster: "cvo",
  svm: "svm_dr",
  volumes: [volume("epic_prd_training", { createTime: iso(madeAt) })],
  note: {
    sluice: 1,
    run: "rabcdefghi",
    kind: "clone",
    set: "prod",
    name: "training",
    owner: "T0RIVERSIDE/U0REQUESTER",
    snapshot: "nightly.2026-11-22_0200",
    host: "epic-trn-01",
    mount: "/epic/trn",
    ...note,
  },
});
