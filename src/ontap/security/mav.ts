import { Rejected } from "../../core/problems.js";
import type { HttpReads } from "../wire/calls.js";
import { instant, num, text, texts, Unreadable, type Wire, word } from "../wire/records.js";

/** A request for the array's own approval. */
export interface MavRequest {
  readonly index: number;
  /** The CLI command it is about: "volume delete". */
  readonly operation: string | undefined;
  readonly query: string | undefined;
  readonly state: "pending" | "approved" | "vetoed" | "expired" | "executed" | undefined;
  readonly requestedBy: string | undefined;
  readonly approvedBy: readonly string[];
  readonly potentialApprovers: readonly string[];
  readonly pendingApprovers: number | undefined;
  readonly approveBefore: string | undefined;
  /** The identical call must be sent again before then. */
  readonly executeBefore: string | undefined;
}

function readRequest(wire: Wire): MavRequest {
  const index = num(wire, "index");
  if (index === undefined) throw new Unreadable("an approval request has no index");
  return {
    index,
    operation: text(wire, "operation"),
    query: text(wire, "query"),
    state: word(wire, "state", ["pending", "approved", "vetoed", "expired", "executed"]),
    requestedBy: text(wire, "user_requested"),
    approvedBy: texts(wire, "approved_users"),
    potentialApprovers: texts(wire, "potential_approvers"),
    pendingApprovers: num(wire, "pending_approvers"),
    approveBefore: instant(wire, "approve_expiry_time"),
    executeBefore: instant(wire, "execution_expiry_time"),
  };
}

const FIELDS =
  "index,operation,query,state,user_requested,approved_users,potential_approvers,pending_approvers,approve_expiry_time,execution_expiry_time";

/**
 * Reads of `/security/multi-admin-verify` (reference 11). Exists on arrays from ONTAP 9.11.1 and not on Cloud Volumes ONTAP: there a look
 * finds nothing. SVM-scoped logins are not subject to it and may not look (Rejected "6").
 */
export function mavReads(http: HttpReads) {
  return {
    /** GET …/requests/{index}; undefined when there is none or the cluster has no such thing. */
    findRequest: (index: number): Promise<MavRequest | undefined> =>
      absentAsUndefined(http.find(`/security/multi-admin-verify/requests/${index}`, { fields: FIELDS }, readRequest)),

    /** GET …/requests, all pages; empty when the cluster has no such thing. */
    listRequests: async (): Promise<MavRequest[]> =>
      (await absentAsUndefined(http.list("/security/multi-admin-verify/requests", { fields: FIELDS }, readRequest))) ??
      [],
  };
}

/** Codes 3 and 4 (no such endpoint) and 262309 (feature off) mean that nothing can be found. */
async function absentAsUndefined<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (problem) {
    if (problem instanceof Rejected && ["3", "4", "262309"].includes(problem.code ?? "")) return undefined;
    throw problem;
  }
}

export type MavReads = ReturnType<typeof mavReads>;
