import { type Accepted, type HttpReads, type HttpWrites, SHORT_WORK, type WriteOptions } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { flag, needText, num, part, parts, text, type Wire } from "../wire/records.js";

export interface MirrorPolicy {
  readonly uuid: string;
  readonly name: string;
  /** Absent for a policy of the whole cluster. */
  readonly svm: string | undefined;
  readonly comment: string;
  readonly type: string | undefined;
  readonly schedule: string | undefined;
  /** KB/s; 0 is unlimited. */
  readonly throttleKilobytesPerSecond: number | undefined;
  /** Everything on the source goes over, and what is deleted there is deleted here. */
  readonly copiesAllSnapshots: boolean;
  /** Only SnapMirror's own fresh snapshot goes over. */
  readonly copiesLatestOnly: boolean;
  readonly compresses: boolean;
  /** False for a pure vault: an update takes no snapshot on the source. */
  readonly createsSnapshotOnSource: boolean;
  /** Labels that go over and how many of each are kept. */
  readonly retention: readonly { readonly label: string; readonly count: number }[];
}

function readPolicy(wire: Wire): MirrorPolicy {
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    svm: text(part(wire, "svm"), "name"),
    comment: text(wire, "comment") ?? "",
    type: text(wire, "type"),
    schedule: text(part(wire, "transfer_schedule"), "name"),
    throttleKilobytesPerSecond: num(wire, "throttle"),
    copiesAllSnapshots: flag(wire, "copy_all_source_snapshots") ?? false,
    copiesLatestOnly: flag(wire, "copy_latest_source_snapshot") ?? false,
    compresses: flag(wire, "network_compression_enabled") ?? false,
    createsSnapshotOnSource: flag(wire, "create_snapshot_on_source") ?? true,
    retention: parts(wire, "retention").map((rule) => ({
      label: needText(rule, "label"),
      count: num(rule, "count") ?? 0,
    })),
  };
}

/** Reads of `/snapmirror/policies` (reference 5.2). */
export function policyReads(http: HttpReads) {
  const fields = [
    "uuid,name,svm.name,comment,type,transfer_schedule.name,throttle,copy_all_source_snapshots,create_snapshot_on_source",
    "copy_latest_source_snapshot,network_compression_enabled",
    "retention.label,retention.count",
  ].join(",");
  const list = (filter: { readonly name?: string; readonly svm?: string } = {}): Promise<MirrorPolicy[]> =>
    http.list("/snapmirror/policies", { fields, where: { name: filter.name, "svm.name": filter.svm } }, readPolicy);
  return {
    /** GET /snapmirror/policies, all pages. */
    list,

    /** GET /snapmirror/policies/{uuid}. Rejected "4": there is none. */
    get: (uuid: string): Promise<MirrorPolicy> => http.get(api`/snapmirror/policies/${uuid}`, { fields }, readPolicy),

    /** GET /snapmirror/policies?name: the policy of that name an SVM can use: its own before the cluster's. */
    findFor: async (svm: string, name: string): Promise<MirrorPolicy | undefined> => {
      const named = await list({ name });
      return named.find((each) => each.svm === svm) ?? named.find((each) => each.svm === undefined);
    },
  };
}

export interface RetentionRule {
  /** At most 31 characters; "sm_created" is SnapMirror's own snapshots. */
  readonly label: string;
  readonly count: number;
  /** Keep the newest `count` instead of refusing more. ONTAP 9.13 and later. */
  readonly preserve?: boolean;
  readonly prefix?: string;
  /** Makes snapshots on the destination itself, by this schedule. */
  readonly creationSchedule?: string;
}

/** What goes over and what stays there; one of the three, chosen once and for all (13304084 otherwise). */
export type PolicyContent =
  /** Everything on the source and a fresh snapshot per update. ONTAP 9.10. */
  | { readonly copies: "all" }
  /** Only a fresh snapshot per update. ONTAP 9.11. */
  | { readonly copies: "latest" }
  /** What carries these labels; `createsSnapshotOnSource: false` (9.11) makes it a pure vault, which cannot be reversed by one call. */
  | {
      readonly copies: "labelled";
      readonly retention: readonly RetentionRule[];
      readonly createsSnapshotOnSource: boolean;
    };

export type NewPolicy = PolicyContent & {
  readonly name: string;
  /** Without it the whole cluster's, if the login may. */
  readonly svm?: string;
  readonly comment?: string;
  /** A cron schedule's name. */
  readonly schedule?: string;
  readonly throttleKilobytesPerSecond?: number;
  /** What goes over the network is compressed: less to send, more for the nodes to do. */
  readonly compresses?: boolean;
};

const retentionOf = (rules: readonly RetentionRule[]) =>
  rules.map((rule) => ({
    label: rule.label,
    // The array takes and gives this number as text.
    count: String(rule.count),
    preserve: rule.preserve,
    prefix: rule.prefix,
    creation_schedule: rule.creationSchedule === undefined ? undefined : { name: rule.creationSchedule },
  }));

function contentOf(policy: PolicyContent) {
  if (policy.copies === "all") return { copy_all_source_snapshots: true };
  if (policy.copies === "latest") return { copy_latest_source_snapshot: true };
  return {
    retention: retentionOf(policy.retention),
    create_snapshot_on_source: policy.createsSnapshotOnSource ? undefined : false,
  };
}

/** Writes of `/snapmirror/policies` (reference 5.2). Put the same policy on both clusters: a reversed mirror needs it. */
export function policyWrites(http: HttpWrites) {
  return {
    /**
     * POST /snapmirror/policies, type async (asynchronous). Errors: 6621060 the name is taken, 6619714 an interval schedule, 13304084 contents that exclude each other,
     * 13304126/13304130 counts, 6621088 no rule without a schedule.
     */
    create: (policy: NewPolicy, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        {
          method: "POST",
          path: "/snapmirror/policies",
          query: { also: { return_records: true } },
          body: {
            name: policy.name,
            svm: policy.svm === undefined ? undefined : { name: policy.svm },
            type: "async",
            comment: policy.comment,
            throttle: policy.throttleKilobytesPerSecond,
            network_compression_enabled: policy.compresses,
            transfer_schedule: policy.schedule === undefined ? undefined : { name: policy.schedule },
            ...contentOf(policy),
          },
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /**
     * PATCH /snapmirror/policies/{uuid} (asynchronous). `retention` replaces the whole list. Errors: 13303843 conflicts with what its mirrors say, 13304050 a vault
     * policy keeps at least one rule, 13303850.
     */
    patch: (
      uuid: string,
      change: {
        readonly comment?: string;
        readonly throttleKilobytesPerSecond?: number;
        /** null takes it away. */
        readonly schedule?: string | null;
        readonly retention?: readonly RetentionRule[];
      },
      options: WriteOptions = {},
    ): Promise<Accepted> =>
      http.start(
        {
          method: "PATCH",
          path: api`/snapmirror/policies/${uuid}`,
          body: {
            comment: change.comment,
            throttle: change.throttleKilobytesPerSecond,
            transfer_schedule: typeof change.schedule === "string" ? { name: change.schedule } : change.schedule,
            retention: change.retention === undefined ? undefined : retentionOf(change.retention),
          },
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /** DELETE /snapmirror/policies/{uuid} (asynchronous). Refused while a mirror uses it; 4 gone already. */
    delete: (uuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        { method: "DELETE", path: api`/snapmirror/policies/${uuid}` },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),
  };
}

export type PolicyReads = ReturnType<typeof policyReads>;
export type PolicyWrites = ReturnType<typeof policyWrites>;
