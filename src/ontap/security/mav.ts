import { Rejected } from "../../core/problems.js";
import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { flag, instant, needText, num, parts, text, texts, Unreadable, type Wire, word } from "../wire/records.js";

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

export interface MavSettings {
  readonly enabled: boolean;
  /** Beside the one who asks. */
  readonly requiredApprovers: number | undefined;
  readonly approvalGroups: readonly string[];
}

/** An operation that wants approval. */
export interface MavRule {
  /** The CLI command: "volume delete". */
  readonly operation: string;
  /** What of it, in CLI words: "-vserver svm -volume vol*". Empty: all. */
  readonly query: string;
  readonly requiredApprovers: number | undefined;
  /** A call that meets it makes the request by itself. */
  readonly requestsByItself: boolean | undefined;
}

export interface MavGroup {
  readonly name: string;
  readonly approvers: readonly string[];
}

const readSettings = (wire: Wire): MavSettings => ({
  enabled: flag(wire, "enabled") ?? false,
  requiredApprovers: num(wire, "required_approvers"),
  approvalGroups: [
    ...texts(wire, "approval_groups"),
    ...parts(wire, "approval_groups").flatMap((each) => text(each, "name") ?? []),
  ],
});

const readRule = (wire: Wire): MavRule => ({
  operation: needText(wire, "operation"),
  query: text(wire, "query") ?? "",
  requiredApprovers: num(wire, "required_approvers"),
  requestsByItself: flag(wire, "auto_request_create"),
});

const readGroup = (wire: Wire): MavGroup => ({ name: needText(wire, "name"), approvers: texts(wire, "approvers") });

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

    /** GET /security/multi-admin-verify; undefined when the cluster has no such thing. */
    findSettings: (): Promise<MavSettings | undefined> =>
      absentAsUndefined(
        http.get(
          "/security/multi-admin-verify",
          { fields: "enabled,required_approvers,approval_groups" },
          readSettings,
        ),
      ),

    /** GET …/rules, all pages; empty when the cluster has no such thing. Which operations it will stop. */
    listRules: async (): Promise<MavRule[]> =>
      (await absentAsUndefined(
        http.list(
          "/security/multi-admin-verify/rules",
          { fields: "operation,query,required_approvers,auto_request_create" },
          readRule,
        ),
      )) ?? [],

    /** GET …/approval-groups, all pages; empty when the cluster has no such thing. */
    listGroups: async (): Promise<MavGroup[]> =>
      (await absentAsUndefined(
        http.list("/security/multi-admin-verify/approval-groups", { fields: "name,approvers" }, readGroup),
      )) ?? [],
  };
}

/** Writes of `/security/multi-admin-verify/requests` (reference 11). Synchronous. Who asks may not approve (262337). */
export function mavWrites(http: HttpWrites) {
  return {
    /**
     * POST …/requests for an operation in CLI words, before it is called. `executeOnApproval` (ONTAP 9.13): the array then does it itself. Errors: 262304 too many,
     * 262308 not such a command, 262309 feature off, 262328 no rule wants it.
     */
    createRequest: async (request: {
      readonly operation: string;
      readonly query?: string;
      readonly comment?: string;
      readonly executeOnApproval?: boolean;
    }): Promise<{ index: number | undefined }> => {
      const { records, key } = await http.send({
        method: "POST",
        path: "/security/multi-admin-verify/requests",
        query: { also: { return_records: true } },
        body: {
          operation: request.operation,
          query: request.query,
          comment: request.comment,
          execute_on_approval: request.executeOnApproval,
        },
      });
      const index = num(records[0], "index") ?? Number(key);
      return { index: Number.isInteger(index) ? index : undefined };
    },

    /** PATCH …/requests/{index}: a vote. 262305 not pending, 262306 expired, 262330 voted already, 262337 one's own. */
    vote: async (index: number, vote: "approved" | "vetoed"): Promise<void> => {
      await http.send({
        method: "PATCH",
        path: api`/security/multi-admin-verify/requests/${String(index)}`,
        body: { state: vote },
      });
    },

    /** DELETE …/requests/{index}: takes one's own request back. 4 gone already. */
    deleteRequest: async (index: number): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/security/multi-admin-verify/requests/${String(index)}` });
    },
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
export type MavWrites = ReturnType<typeof mavWrites>;
