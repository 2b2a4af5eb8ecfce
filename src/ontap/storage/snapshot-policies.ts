import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { flag, needText, num, part, parts, text, type Wire } from "../wire/records.js";

/** Snapshots by one schedule: how many are kept, how they are called and what label they carry. */
export interface SnapshotCopies {
  /** A schedule's name; unlike SnapMirror's it may be an interval. */
  readonly schedule: string;
  readonly count: number;
  /** `PREFIX.YYYY-MM-DD_HHMM`; the schedule's name unless said. */
  readonly prefix?: string | undefined;
  /** SnapMirror label, at most 31 characters. */
  readonly label?: string | undefined;
}

export interface SnapshotPolicy {
  readonly uuid: string;
  readonly name: string;
  /** Absent for a policy of the whole cluster. */
  readonly svm: string | undefined;
  readonly enabled: boolean;
  readonly comment: string;
  readonly copies: readonly SnapshotCopies[];
}

function readCopies(wire: Wire): SnapshotCopies {
  const label = text(wire, "snapmirror_label");
  return {
    schedule: needText(part(wire, "schedule"), "name"),
    count: num(wire, "count") ?? 0,
    prefix: text(wire, "prefix"),
    // A dash is how the array writes "none".
    label: label === "-" ? undefined : label,
  };
}

const readPolicy = (wire: Wire): SnapshotPolicy => ({
  uuid: needText(wire, "uuid"),
  name: needText(wire, "name"),
  svm: text(part(wire, "svm"), "name"),
  enabled: flag(wire, "enabled") ?? true,
  comment: text(wire, "comment") ?? "",
  copies: parts(wire, "copies").map(readCopies),
});

const FIELDS =
  "uuid,name,svm.name,enabled,comment,copies.schedule.name,copies.count,copies.prefix,copies.snapmirror_label";

/** Reads of `/storage/snapshot-policies` (reference 9). They act on rw volumes only; a mirror's destination keeps the name and takes none. */
export function snapshotPolicyReads(http: HttpReads) {
  const list = (filter: { readonly name?: string; readonly svm?: string } = {}): Promise<SnapshotPolicy[]> =>
    http.list(
      "/storage/snapshot-policies",
      { fields: FIELDS, where: { name: filter.name, "svm.name": filter.svm } },
      readPolicy,
    );
  return {
    /** GET /storage/snapshot-policies, all pages. */
    list,

    /** GET /storage/snapshot-policies?name: the policy of that name an SVM can use: its own before the cluster's. */
    findFor: async (svm: string, name: string): Promise<SnapshotPolicy | undefined> => {
      const named = await list({ name });
      return named.find((each) => each.svm === svm) ?? named.find((each) => each.svm === undefined);
    },
  };
}

export interface NewSnapshotPolicy {
  readonly name: string;
  /** Without it the whole cluster's, if the login may. */
  readonly svm?: string;
  readonly comment?: string;
  /** At least one. */
  readonly copies: readonly SnapshotCopies[];
}

/** Writes of `/storage/snapshot-policies` (reference 9). Synchronous. A volume is given one by `volumes.setSnapshotPolicy`. */
export function snapshotPolicyWrites(http: HttpWrites) {
  return {
    /**
     * POST /storage/snapshot-policies, enabled. Errors: the name is taken (no code of it is documented: read first), 262325 the array wants its own approval.
     */
    create: async (policy: NewSnapshotPolicy): Promise<{ uuid: string | undefined }> => {
      const { records, key } = await http.send({
        method: "POST",
        path: "/storage/snapshot-policies",
        query: { also: { return_records: true } },
        body: {
          name: policy.name,
          svm: policy.svm === undefined ? undefined : { name: policy.svm },
          enabled: true,
          comment: policy.comment,
          copies: policy.copies.map(({ schedule, count, prefix, label }) => ({
            schedule: { name: schedule },
            count,
            prefix,
            snapmirror_label: label,
          })),
        },
      });
      return { uuid: text(records[0], "uuid") ?? key };
    },

    /** DELETE /storage/snapshot-policies/{uuid}. Refused while a volume has it; 4 gone already. */
    delete: async (uuid: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/storage/snapshot-policies/${uuid}` });
    },
  };
}

export type SnapshotPolicyReads = ReturnType<typeof snapshotPolicyReads>;
export type SnapshotPolicyWrites = ReturnType<typeof snapshotPolicyWrites>;
