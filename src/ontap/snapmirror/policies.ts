import type { HttpReads } from "../wire/calls.js";
import { flag, needText, num, part, parts, text, type Wire } from "../wire/records.js";

export interface MirrorPolicy {
  readonly uuid: string;
  readonly name: string;
  /** Absent for a policy of the whole cluster. */
  readonly svm: string | undefined;
  readonly type: string | undefined;
  readonly schedule: string | undefined;
  /** KB/s; 0 is unlimited. */
  readonly throttleKilobytesPerSecond: number | undefined;
  /** Everything on the source goes over, and what is deleted there is deleted here. */
  readonly copiesAllSnapshots: boolean;
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
    type: text(wire, "type"),
    schedule: text(part(wire, "transfer_schedule"), "name"),
    throttleKilobytesPerSecond: num(wire, "throttle"),
    copiesAllSnapshots: flag(wire, "copy_all_source_snapshots") ?? false,
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
    "uuid,name,svm.name,type,transfer_schedule.name,throttle,copy_all_source_snapshots,create_snapshot_on_source",
    "retention.label,retention.count",
  ].join(",");
  return {
    /** GET /snapmirror/policies, all pages. */
    list: (filter: { readonly name?: string; readonly svm?: string } = {}): Promise<MirrorPolicy[]> =>
      http.list("/snapmirror/policies", { fields, where: { name: filter.name, "svm.name": filter.svm } }, readPolicy),
  };
}

export type PolicyReads = ReturnType<typeof policyReads>;
