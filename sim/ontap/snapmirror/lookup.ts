import { flag, text } from "../kernel/body.js";
import { ApiError, notFound } from "../kernel/errors.js";
import type { Rec } from "../kernel/records.js";
import type { Ctx } from "../kernel/route.js";
import type { ClusterState, End, PolicyState, RelationshipState } from "../state.js";

export const inScope = (ctx: Ctx, end: End): boolean => ctx.scope === undefined || ctx.scope.uuid === end.svmUuid;

/** Not there until it is visible: a fresh relationship may be missing for seconds (reference 6.3). */
export const visibleRelationships = (ctx: Ctx): RelationshipState[] =>
  ctx.cluster.relationships.filter((each) => each.visibleAt <= ctx.now && inScope(ctx, each.destination));

export function relationshipAt(ctx: Ctx, param = "uuid"): RelationshipState {
  const found = visibleRelationships(ctx).find((each) => each.uuid === ctx.params[param]);
  if (!found) throw notFound(param);
  return found;
}

/** A policy by name: the SVM's own before one of the cluster. */
export const findPolicy = (cluster: ClusterState, svmUuid: string | undefined, name: string): PolicyState | undefined =>
  cluster.policies.find((each) => each.name === name && each.svm !== undefined && each.svm.uuid === svmUuid) ??
  cluster.policies.find((each) => each.name === name && !each.svm);

/** Name of the policy a body asks for, by name or uuid; an unknown one is 13303821, one for synchronous mirrors 13303866. */
export function askedPolicy(ctx: Ctx, svmUuid: string | undefined): string | undefined {
  const { body, cluster } = ctx;
  const uuid = text(body, "policy.uuid");
  const name = text(body, "policy.name") ?? cluster.policies.find((each) => each.uuid === uuid)?.name ?? uuid;
  if (name === undefined) return undefined;
  const found = findPolicy(cluster, svmUuid, name);
  if (!found) throw new ApiError(13303821, `SnapMirror policy "${name}" does not exist.`, 400, "policy.name");
  if (found.type !== "async") {
    throw new ApiError(13303866, `Policy "${name}" of type ${found.type} is not allowed here.`, 400, "policy.name");
  }
  return name;
}

/** Name of the schedule a body asks for, by name or uuid. */
export function askedSchedule(ctx: Ctx): string | undefined {
  const { body, cluster } = ctx;
  const uuid = text(body, "transfer_schedule.uuid");
  const name =
    text(body, "transfer_schedule.name") ?? cluster.schedules.find((each) => each.uuid === uuid)?.name ?? uuid;
  checkSchedule(ctx, name);
  return name;
}

/** Marks the relationship for the time of a job that changes it; a second change meanwhile is refused: reference 16, rule 23. */
export function claim(ctx: Ctx, relationship: RelationshipState): () => void {
  if (relationship.changing && ctx.fabric.knobs.modificationsCollide) {
    throw new ApiError(6619715, "A modification of the relationship is in progress. Try again later.", 409);
  }
  relationship.changing = true;
  return () => (relationship.changing = undefined);
}

/** Interval schedules are refused: reference 5.1. */
export function checkSchedule(ctx: Ctx, name: string | undefined): void {
  if (name === undefined || name === "") return;
  const found = ctx.cluster.schedules.find((each) => each.name === name);
  if (!found) throw new ApiError(6619699, `Schedule "${name}" does not exist.`, 400, "transfer_schedule.name");
  if (!found.cron)
    throw new ApiError(6619714, "Interval schedules are not supported by SnapMirror.", 400, "transfer_schedule.name");
}

/** `restore` and `create_destination` of a POST. */
export const wishes = (body: Rec): { restore: boolean; createDestination: boolean } => ({
  restore: flag(body, "restore") ?? false,
  createDestination: flag(body, "create_destination.enabled") ?? false,
});
