import { Rejected } from "../../core/problems.js";
import { isWire } from "./records.js";

export interface Release {
  readonly generation: number;
  readonly major: number;
  readonly minor: number;
}

/**
 * What a plan may want to know before it counts on it, since when, and its name in a sentence (reference 14). What a write says is gated by
 * `FIELD_SINCE` without being asked.
 */
export const FEATURES = {
  snapshotLabel: { since: "9.8", says: "labels on snapshots" },
  azureKeyVault: { since: "9.8", says: "keys in an Azure Key Vault" },
  azureKeyVaultOnCvo: { since: "9.10.1", says: "keys in an Azure Key Vault on Cloud Volumes ONTAP" },
  consistencyGroups: { since: "9.10", says: "consistency groups" },
  mirrorThrottle: { since: "9.11", says: "a throttle of a mirror's own" },
  mirrorSchedule: { since: "9.11", says: "a schedule of a mirror's own" },
  snapshotVersion: { since: "9.11", says: "one uuid for a snapshot on all sides of a mirror" },
  twoPhaseGroupSnapshot: { since: "9.11.1", says: "snapshots of a consistency group in two phases" },
  multiAdminVerify: { since: "9.11.1", says: "multi-admin verification" },
  lockedSnapshots: { since: "9.12.1", says: "snapshots locked against deletion" },
  heldSnapshotsDoNotStallMirror: { since: "9.12.1", says: "mirrors that go on while a clone holds a snapshot" },
  groupClone: { since: "9.12.1", says: "clones of a consistency group" },
  groupMirror: { since: "9.13.1", says: "mirrors of a consistency group" },
  quickResync: { since: "9.13.1", says: "quick resynchronisation" },
} as const satisfies Record<string, { readonly since: string; readonly says: string }>;

export type Feature = keyof typeof FEATURES;

/**
 * What a call may say, and the first release that understands it: by collection (`*` stands for a uuid), then by field as dotted on the
 * wire, `?name` for a query parameter, and `""` for the collection itself. What is not named is as old as the interface (9.6).
 * Source: the per-field versions of NetApp's own catalogue of the interface for 9.16 (reference 14, [CAT]).
 */
export const FIELD_SINCE: { readonly [collection: string]: { readonly [field: string]: string } } = {
  "/cluster/peers": { peer_applications: "9.7" },
  "/cluster/schedules": { svm: "9.10" },
  "/network/ip/interfaces": { subnet: "9.11", fail_if_subnet_conflicts: "9.11", probe_port: "9.10" },
  "/network/ip/routes": { metric: "9.11" },
  "/svm/peers": { "?force": "9.11" },
  "/storage/volumes": {
    _tags: "9.13",
    "encryption.action": "9.14",
    snapshot_locking_enabled: "9.12",
    "?validate_only": "9.14",
  },
  "/storage/volumes/*/snapshots": { snapmirror_label: "9.8", snaplock_expiry_time: "9.12" },
  "/storage/luns": { "space.scsi_thin_provisioning_support_enabled": "9.10" },
  "/protocols/san/igroups": { comment: "9.9", "initiators.comment": "9.9", igroups: "9.9", portset: "9.9" },
  "/protocols/san/lun-maps": { reporting_nodes: "9.10" },
  "/protocols/san/lun-maps/*/*/reporting-nodes": { "": "9.10" },
  "/snapmirror/policies": {
    copy_all_source_snapshots: "9.10",
    rpo: "9.10",
    copy_latest_source_snapshot: "9.11",
    create_snapshot_on_source: "9.11",
    "retention.period": "9.11",
    "retention.preserve": "9.13",
    "retention.warn": "9.13",
  },
  "/snapmirror/relationships": {
    "source.cluster": "9.7",
    "destination.cluster": "9.7",
    throttle: "9.11",
    transfer_schedule: "9.11",
    identity_preservation: "9.11",
    backoff_level: "9.14",
  },
  "/snapmirror/relationships/*/transfers": { throttle: "9.9" },
  "/application/consistency-groups": { "": "9.10", clone: "9.12", "clone.is_flexclone": "9.15", _tags: "9.15" },
  "/application/consistency-groups/*/snapshots": { "": "9.10", "?action": "9.11" },
  "/security/azure-key-vaults": {
    "": "9.8",
    client_certificate: "9.10",
    configuration: "9.14",
    enabled: "9.14",
    oauth_host: "9.14",
    port: "9.14",
    vault_host: "9.14",
    verify_host: "9.14",
    verify_ip: "9.14",
    "?create_inactive": "9.14",
    skip_verification: "9.16",
  },
  "/security/key-stores": { "": "9.10" },
  "/security/multi-admin-verify": { "": "9.11" },
  "/security/multi-admin-verify/requests": { execute_on_approval: "9.13" },
};

/** Is this release at least "9.11" (or "9.11.1")? */
export function isAtLeast(release: Release, minimum: string): boolean {
  const wanted = minimum.split(".").map(Number);
  const have = [release.generation, release.major, release.minor];
  for (let i = 0; i < 3; i++) {
    const difference = (have[i] ?? 0) - (wanted[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Something a call says that is younger than the interface itself. */
export interface Young {
  /** "transfer_schedule of /snapmirror/relationships" */
  readonly what: string;
  /** "9.11" */
  readonly needs: string;
}

/** What of a call is named in `FIELD_SINCE`: the collections it lies in, the fields of its body, its query parameters. */
export function youngParts(call: { readonly path: string; readonly fields: readonly string[] }): readonly Young[] {
  const segments = call.path.split("/").slice(1);
  const around = Object.keys(FIELD_SINCE).filter((collection) => holds(collection, segments));
  const nearest = around.reduce((best, each) => (depth(each) >= depth(best) ? each : best), "");
  return around.flatMap((collection) => {
    const since = FIELD_SINCE[collection] ?? {};
    const whole = since[""] === undefined ? [] : [{ what: collection, needs: since[""] }];
    if (collection !== nearest) return whole;
    const fields = call.fields.flatMap((field) => {
      const needs = since[field];
      return needs === undefined ? [] : [{ what: `${field} of ${collection}`, needs }];
    });
    return [...whole, ...fields];
  });
}

const depth = (collection: string): number => collection.split("/").length;

function holds(collection: string, segments: readonly string[]): boolean {
  return collection
    .split("/")
    .slice(1)
    .every((each, i) => segments[i] !== undefined && (each === "*" || each === segments[i]));
}

/** Every field a body names, dotted, with those around it: `transfer_schedule` and `transfer_schedule.name`. A record in a list counts as its list. */
export function fieldsOf(body: unknown, before = ""): readonly string[] {
  if (Array.isArray(body)) return [...new Set(body.flatMap((each) => fieldsOf(each, before)))];
  if (!isWire(body)) return [];
  return Object.entries(body).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const field = before === "" ? key : `${before}.${key}`;
    return [field, ...fieldsOf(value, field)];
  });
}

/** The no a write gets before it is sent, when the release lacks what it says. */
export function lacks(cluster: string, young: Young, short: string): Rejected {
  return new Rejected(`it runs ONTAP ${short}; ${young.what} needs ${young.needs} or later, so nothing was sent`, {
    from: `ONTAP ${cluster}`,
    code: "release",
    next: "Upgrade the cluster, or do without.",
    detail: { feature: young.what, needs: young.needs, release: short },
  });
}
