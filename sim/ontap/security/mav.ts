import type { SimRequest } from "../../kit/http.js";
import type { FabricState } from "../fabric.js";
import { accepts, needText, text, texts } from "../kernel/body.js";
import { ApiError, badValue, notAuthorized, notFound } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime, predicate } from "../kernel/query.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import type { ClusterState, MavRequestState, MavRuleState } from "../state.js";

const HOUR_MS = 3_600_000;
const MAX_OPEN = 500;

/**
 * Multi-admin verification, reference 11: a protected operation is refused with 262325 and a request that names it; once approved, the
 * identical call is let through once. Not on CVO, and not for SVM-scoped logins.
 */
export function requireApproval(ctx: Ctx, operation: string, query: string): void {
  const { fabric, cluster, login } = ctx;
  if (cluster.spec.platform !== "onprem" || login.svm || !cluster.security.mav.enabled) return;
  const rule = ruleFor(cluster, operation, query);
  if (!rule && !operation.startsWith("security multi-admin-verify")) return;
  const wanted = { key: keyOf(operation, query), operation, query, user: login.user };
  const refusal = passOrRefuse(fabric, cluster, wanted, rule?.autoRequest ?? true);
  if (refusal) throw refusal;
}

/** However it was spaced, the same call. */
const keyOf = (operation: string, query: string): string => `${operation} ${query}`.trim().replace(/\s+/g, " ");

/** `-vserver svm_src -volume vol*` as its parts. */
function argumentsOf(query: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", quoted, bare] of query.matchAll(/-([\w-]+)\s+(?:"([^"]*)"|(\S+))/g))
    found.set(name, quoted ?? bare ?? "");
  return found;
}

/** The rule that covers this operation on these objects: every argument its query names must match. */
function ruleFor(cluster: ClusterState, operation: string, query: string): MavRuleState | undefined {
  const given = argumentsOf(query);
  return cluster.security.mavRules.find(
    (rule) =>
      rule.operation === operation &&
      [...argumentsOf(rule.query)].every(([name, pattern]) => predicate(pattern)([given.get(name) ?? ""])),
  );
}

/** The same for a fault that wants approval for a call, whatever the platform. Undefined: approved, let it through. */
export function approvalFor(
  fabric: FabricState,
  cluster: ClusterState,
  request: SimRequest,
  operation: string,
): ApiError | undefined {
  const key = `${request.method} ${request.target} ${request.body.toString("utf8")}`;
  return passOrRefuse(fabric, cluster, { key, operation, query: request.path, user: "sluice" });
}

function passOrRefuse(
  fabric: FabricState,
  cluster: ClusterState,
  wanted: { key: string; operation: string; query: string; user: string },
  create = true,
): ApiError | undefined {
  const known = cluster.mav.find(
    (each) =>
      each.key === wanted.key &&
      (each.permitted ?? [each.user]).includes(wanted.user) &&
      ["pending", "approved"].includes(stateOf(cluster, each, fabric.now)),
  );
  if (known && stateOf(cluster, known, fabric.now) === "approved") {
    known.state = "executed";
    return undefined;
  }
  const status = fabric.knobs.mavStatus === "job" ? 400 : fabric.knobs.mavStatus;
  if (!known && !create)
    return new ApiError(262325, "The operation requires approval: create a multi-admin-verify request first.", status);
  const request: MavRequestState = known ?? {
    ...wanted,
    index: nextIndex(cluster),
    state: "pending",
    approvers: [],
    createdAt: fabric.now,
    comment: "",
  };
  if (!known) cluster.mav.push(request);
  return new ApiError(
    262325,
    `The security multi-admin-verify request (index ${request.index}) requires approval.`,
    status,
  );
}

interface Terms {
  readonly required: number;
  readonly approvalMs: number;
  readonly executionMs: number;
  readonly approvers: readonly string[];
}

/** What holds for a request: its rule's terms, else the cluster's. */
function termsOf(cluster: ClusterState, request: MavRequestState): Terms {
  const { mav, mavGroups } = cluster.security;
  const rule = ruleFor(cluster, request.operation, request.query);
  const names = rule && rule.groups.length > 0 ? rule.groups : mav.groups;
  const people = mavGroups.filter((each) => names.includes(each.name)).flatMap((each) => each.approvers);
  return {
    required: request.required ?? rule?.requiredApprovers ?? mav.requiredApprovers,
    approvalMs: request.approvalExpiryMs ?? rule?.approvalExpiryMs ?? (mav.enabled ? mav.approvalExpiryMs : HOUR_MS),
    executionMs:
      request.executionExpiryMs ?? rule?.executionExpiryMs ?? (mav.enabled ? mav.executionExpiryMs : HOUR_MS),
    approvers: [...new Set(people.length > 0 ? people : ["admin"])].filter((each) => each !== request.user),
  };
}

function stateOf(cluster: ClusterState, request: MavRequestState, now: number): MavRequestState["state"] {
  const { approvalMs, executionMs } = termsOf(cluster, request);
  if (request.state === "pending") return now - request.createdAt > approvalMs ? "expired" : "pending";
  if (request.state !== "approved") return request.state;
  return now - (request.approvedAt ?? request.createdAt) > executionMs ? "expired" : "approved";
}

const fields = fieldTable(
  "index operation query state required_approvers pending_approvers potential_approvers approved_users user_vetoed user_requested permitted_users",
  "create_time approve_time approve_expiry_time execution_expiry_time comment owner.{uuid,name}",
);

export const mavRequests: Collection = {
  path: "/security/multi-admin-verify/requests",
  keys: ["index"],
  shown: ["operation"],
  clusterOnly: true,
  fields,
  list: (ctx) => ctx.cluster.mav.map((each) => ({ key: String(each.index), view: () => view(ctx, each) })),
};

function view({ cluster, now }: Ctx, request: MavRequestState): Rec {
  const terms = termsOf(cluster, request);
  const approvedAt = request.approvedAt;
  return {
    index: request.index,
    operation: request.operation,
    query: request.query,
    state: stateOf(cluster, request, now),
    required_approvers: terms.required,
    pending_approvers: Math.max(0, terms.required - request.approvers.length),
    potential_approvers: terms.approvers,
    approved_users: request.approvers,
    user_vetoed: request.vetoedBy,
    user_requested: request.user,
    permitted_users: request.permitted ?? [request.user],
    create_time: isoTime(request.createdAt),
    approve_time: approvedAt === undefined ? undefined : isoTime(approvedAt),
    approve_expiry_time: isoTime(request.createdAt + terms.approvalMs),
    execution_expiry_time: approvedAt === undefined ? undefined : isoTime(approvedAt + terms.executionMs),
    comment: request.comment,
    owner: { uuid: cluster.uuid, name: cluster.name },
  };
}

function decide(ctx: Ctx): Outcome {
  const request = ctx.cluster.mav.find((each) => String(each.index) === ctx.params["index"]);
  if (!request) throw notFound("index");
  const state = needText(ctx.body, "state");
  if (state !== "approved" && state !== "vetoed") throw badValue("state", state);
  if (request.user === ctx.login.user)
    throw new ApiError(262337, "A request cannot be approved by the user who made it.", 403);
  if (!termsOf(ctx.cluster, request).approvers.includes(ctx.login.user)) throw notAuthorized();
  const now = stateOf(ctx.cluster, request, ctx.now);
  if (now === "expired") throw new ApiError(262306, `Request ${request.index} has expired.`, 400);
  if (now !== "pending") throw new ApiError(262305, `Request ${request.index} is not pending.`, 400);
  if (request.approvers.includes(ctx.login.user)) throw new ApiError(262330, "The user has already voted.", 400);
  decideRequest(ctx.fabric, ctx.cluster, request, state, ctx.login.user);
  return { done: true };
}

/** A vote on a request; enough yes make it approved. */
export function decideRequest(
  fabric: FabricState,
  cluster: ClusterState,
  request: MavRequestState,
  state: "approved" | "vetoed",
  user: string,
): void {
  if (state === "vetoed") {
    request.state = "vetoed";
    request.vetoedBy = user;
    return;
  }
  request.approvers.push(user);
  if (request.approvers.length < termsOf(cluster, request).required) return;
  request.state = "approved";
  request.approvedAt = fabric.now;
}

function create(ctx: Ctx): Outcome {
  const { cluster, fabric, body, login } = ctx;
  if (cluster.spec.platform !== "onprem")
    throw new ApiError(262309, "Multi-admin verification is not available on this platform.", 400);
  const operation = needText(body, "operation");
  if (!cluster.security.mav.enabled) throw new ApiError(262309, "Multi-admin verification is not enabled.", 400);
  const query = text(body, "query") ?? "";
  if (!ruleFor(cluster, operation, query))
    throw new ApiError(262328, `There is no rule for "${operation}".`, 400, "operation");
  const open = cluster.mav.filter((each) => stateOf(cluster, each, fabric.now) === "pending");
  if (open.length >= MAX_OPEN) throw new ApiError(262304, "There are too many open requests.", 400);
  const request: MavRequestState = {
    index: nextIndex(cluster),
    operation,
    query,
    user: login.user,
    key: keyOf(operation, query),
    permitted: texts(body, "permitted_users"),
    state: "pending",
    approvers: [],
    createdAt: fabric.now,
    comment: text(body, "comment") ?? "",
  };
  cluster.mav.push(request);
  return {
    done: true,
    location: `/api/security/multi-admin-verify/requests/${request.index}`,
    record: view(ctx, request),
  };
}

function removeRequest({ cluster, params }: Ctx): Outcome {
  const found = cluster.mav.find((each) => String(each.index) === params["index"]);
  if (!found) throw notFound("index");
  cluster.mav = cluster.mav.filter((each) => each !== found);
  return { done: true };
}

const nextIndex = (cluster: ClusterState): number => Math.max(0, ...cluster.mav.map((each) => each.index)) + 1;

export const mavWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/security/multi-admin-verify/requests",
    reply: "sync",
    clusterOnly: true,
    body: accepts("operation query comment permitted_users"),
    readable: fields,
    errors: [262304, 262309, 262328],
    run: create,
  },
  {
    method: "PATCH",
    path: "/security/multi-admin-verify/requests/{index}",
    reply: "sync",
    clusterOnly: true,
    body: accepts("state"),
    readable: fields,
    errors: [262305, 262306, 262330, 262337],
    run: decide,
  },
  {
    method: "DELETE",
    path: "/security/multi-admin-verify/requests/{index}",
    reply: "sync",
    clusterOnly: true,
    errors: [],
    run: removeRequest,
  },
];
