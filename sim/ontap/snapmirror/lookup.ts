import { flag } from "../kernel/body.js";
import { ApiError, notFound } from "../kernel/errors.js";
import type { Rec } from "../kernel/records.js";
import type { Ctx } from "../kernel/route.js";
import type { End, RelationshipState } from "../state.js";

export const inScope = (ctx: Ctx, end: End): boolean => ctx.scope === undefined || ctx.scope.uuid === end.svmUuid;

/** Not there until it is visible: a fresh relationship may be missing for seconds (reference 6.3). */
export const visibleRelationships = (ctx: Ctx): RelationshipState[] =>
  ctx.cluster.relationships.filter((each) => each.visibleAt <= ctx.now && inScope(ctx, each.destination));

export function relationshipAt(ctx: Ctx, param = "uuid"): RelationshipState {
  const found = visibleRelationships(ctx).find((each) => each.uuid === ctx.params[param]);
  if (!found) throw notFound(param);
  return found;
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
