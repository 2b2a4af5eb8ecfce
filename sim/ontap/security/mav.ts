import type { SimRequest } from "../../kit/http.js";
import type { FabricState } from "../fabric.js";
import { accepts, needText, text } from "../kernel/body.js";
import { ApiError, badValue, notFound } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import type { ClusterState, MavRequestState } from "../state.js";

const EXPIRY_MS = 3_600_000;

/**
 * Multi-admin verification, reference 11: a protected operation is refused with 262325 and a request that names it; once approved, the
 * identical call is let through once. Not on CVO, and not for SVM-scoped logins.
 */
export function requireApproval(ctx: Ctx, operation: string, query: string): void {
  const { fabric, cluster, login } = ctx;
  if (cluster.spec.platform !== "onprem" || login.svm || fabric.knobs.mavRules[operation] === undefined) return;
  const refusal = passOrRefuse(fabric, cluster, { key: `${operation} ${query}`, operation, query, user: login.user });
  if (refusal) throw refusal;
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
): ApiError | undefined {
  const known = cluster.mav.find(
    (each) => each.key === wanted.key && ["pending", "approved"].includes(stateOf(each, fabric.now)),
  );
  if (known && stateOf(known, fabric.now) === "approved") {
    known.state = "executed";
    return undefined;
  }
  const request: MavRequestState = known ?? {
    ...wanted,
    index: cluster.mav.length + 1,
    state: "pending",
    approvers: [],
    createdAt: fabric.now,
    comment: "",
  };
  if (!known) cluster.mav.push(request);
  const status = fabric.knobs.mavStatus === "job" ? 400 : fabric.knobs.mavStatus;
  return new ApiError(
    262325,
    `The security multi-admin-verify request (index ${request.index}) requires approval.`,
    status,
  );
}

function stateOf(request: MavRequestState, now: number): MavRequestState["state"] {
  const since = request.state === "approved" ? (request.approvedAt ?? request.createdAt) : request.createdAt;
  const open = request.state === "pending" || request.state === "approved";
  return open && now - since > EXPIRY_MS ? "expired" : request.state;
}

const fields = fieldTable(
  "index operation query state required_approvers pending_approvers potential_approvers approved_users user_requested permitted_users",
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

function view({ cluster, now, fabric }: Ctx, request: MavRequestState): Rec {
  const required = fabric.knobs.mavRules[request.operation] ?? 1;
  return {
    index: request.index,
    operation: request.operation,
    query: request.query,
    state: stateOf(request, now),
    required_approvers: required,
    pending_approvers: Math.max(0, required - request.approvers.length),
    potential_approvers: ["admin"],
    approved_users: request.approvers,
    user_requested: request.user,
    permitted_users: [request.user],
    create_time: isoTime(request.createdAt),
    approve_time: request.approvedAt === undefined ? undefined : isoTime(request.approvedAt),
    approve_expiry_time: isoTime(request.createdAt + EXPIRY_MS),
    execution_expiry_time: request.approvedAt === undefined ? undefined : isoTime(request.approvedAt + EXPIRY_MS),
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
  const now = stateOf(request, ctx.now);
  if (now === "expired") throw new ApiError(262306, `Request ${request.index} has expired.`, 400);
  if (now !== "pending") throw new ApiError(262305, `Request ${request.index} is not pending.`, 400);
  if (request.approvers.includes(ctx.login.user)) throw new ApiError(262330, "The user has already voted.", 400);
  decideRequest(ctx.fabric, request, state, ctx.login.user);
  return { done: true };
}

/** A vote on a request; enough yes make it approved. */
export function decideRequest(
  fabric: FabricState,
  request: MavRequestState,
  state: "approved" | "vetoed",
  user: string,
): void {
  if (state === "vetoed") {
    request.state = "vetoed";
    return;
  }
  request.approvers.push(user);
  if (request.approvers.length < (fabric.knobs.mavRules[request.operation] ?? 1)) return;
  request.state = "approved";
  request.approvedAt = fabric.now;
}

function create(ctx: Ctx): Outcome {
  const { cluster, fabric, body, login } = ctx;
  if (cluster.spec.platform !== "onprem")
    throw new ApiError(262309, "Multi-admin verification is not available on this platform.", 400);
  const operation = needText(body, "operation");
  if (fabric.knobs.mavRules[operation] === undefined)
    throw new ApiError(262328, `There is no rule for "${operation}".`, 400);
  const query = text(body, "query") ?? "";
  const request: MavRequestState = {
    index: cluster.mav.length + 1,
    operation,
    query,
    user: login.user,
    key: `${operation} ${query}`,
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

export const mavWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/security/multi-admin-verify/requests",
    reply: "sync",
    clusterOnly: true,
    body: accepts("operation query comment"),
    errors: [262309, 262328],
    run: create,
  },
  {
    method: "PATCH",
    path: "/security/multi-admin-verify/requests/{index}",
    reply: "sync",
    clusterOnly: true,
    body: accepts("state"),
    errors: [262305, 262306, 262330, 262337],
    run: decide,
  },
];
