import { flag, has, integer, isNull, text, word } from "../kernel/body.js";
import { ApiError, badValue, notFound, nothingToChange } from "../kernel/errors.js";
import { flagOf } from "../kernel/read.js";
import type { Ctx, Outcome } from "../kernel/route.js";
import type { Rec } from "../kernel/records.js";
import type { RelationshipState } from "../state.js";
import { askedPolicy, askedSchedule, claim, relationshipAt } from "./lookup.js";
import { reverse } from "./reverse.js";
import { transition } from "./transitions.js";

const STATES = ["snapmirrored", "paused", "broken_off"] as const;
/** States a relationship can be in, but not be asked to be in, with what says so: reference 6.5. */
const NOT_ASKED: Readonly<Record<string, readonly [number, string]>> = {
  uninitialized: [13303818, "The transition to uninitialized is not a valid one."],
  in_sync: [13303831, "State in_sync is not supported for asynchronous relationships."],
  out_of_sync: [13303831, "State out_of_sync is not supported for asynchronous relationships."],
  synchronizing: [13303830, "State synchronizing is a transient state."],
  expanding: [13303830, "State expanding is a transient state."],
  shrinking: [13303830, "State shrinking is a transient state."],
};

/** PATCH /snapmirror/relationships/{uuid}: reference 6.5, and 6.7 with both paths. */
export function changeRelationship(ctx: Ctx): Outcome {
  const { body, fabric, cluster } = ctx;
  const relationship = relationshipAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  if (relationship.restore) throw new ApiError(13303851, "A restore relationship cannot be modified.", 400);
  refuseSvmFlags(ctx);
  if (has(body, "source") || has(body, "destination")) return reverse(ctx, relationship);
  const state = checkedState(body);
  const { apply, any } = attributes(ctx, relationship);
  const wanted = {
    restoreTo: text(body, "restore_to_snapshot"),
    force: flagOf(ctx.query, "force", false),
    preserve: flag(body, "preserve"),
    quickResync: flag(body, "quick_resync"),
  };
  const dry = flagOf(ctx.query, "validate_only", false);
  const svm = cluster.svms.find((each) => each.uuid === relationship.destination.svmUuid);
  const release = dry ? (): void => undefined : claim(ctx, relationship);
  const run = (): void => {
    if (!cluster.relationships.includes(relationship)) throw notFound();
    if (!dry) apply();
    if (state === undefined) return;
    const go = checked(() => transition(fabric, relationship, { ...wanted, state }), any && !dry);
    if (!dry) go();
  };
  return { job: { kind: "mirror", svm, run, abandon: release } };
}

/** What was sent beside `state` is in force already when the transition fails: 13303820 says so. */
function checked<T>(act: () => T, changed: boolean): T {
  try {
    return act();
  } catch (error) {
    if (!changed || !(error instanceof ApiError)) throw error;
    throw new ApiError(13303820, `The attributes were modified, but: ${error.message}`);
  }
}

function refuseSvmFlags({ query }: Ctx): void {
  for (const name of ["failback", "failover", "force_failover"]) {
    if (flagOf(query, name, false)) throw new ApiError(262186, `"${name}" is for SVM relationships only.`, 400, name);
  }
}

function checkedState(body: Rec): string | undefined {
  const given = text(body, "state");
  const state = given?.toLowerCase();
  const refusal = state === undefined ? undefined : NOT_ASKED[state];
  if (refusal) throw new ApiError(refusal[0], refusal[1], 400, "state");
  if (given !== undefined && !STATES.some((each) => each === state)) {
    throw new ApiError(13303817, `Unknown value "${given}" for state.`, 400, "state");
  }
  if (has(body, "recover_after_break"))
    throw new ApiError(13303834, "recover_after_break is for FlexGroup relationships only.", 400);
  const only = (fields: readonly string[], wanted: string, code: number): void => {
    if (!fields.some((each) => has(body, each)) || state === wanted) return;
    const message = `${fields.join(" and ")} can be given with state ${wanted} only.`;
    throw new ApiError(state === undefined ? 13303837 : code, message, 400, fields[0]);
  };
  only(["restore_to_snapshot"], "broken_off", 13303835);
  only(["preserve", "quick_resync"], "snapmirrored", 13303836);
  return state;
}

function attributes(ctx: Ctx, relationship: RelationshipState): { apply: () => void; any: boolean } {
  const { body } = ctx;
  const policy = askedPolicy(ctx, relationship.destination.svmUuid);
  const cleared =
    isNull(body, "transfer_schedule") ||
    isNull(body, "transfer_schedule.name") ||
    text(body, "transfer_schedule.name") === "";
  const schedule = cleared ? undefined : askedSchedule(ctx);
  const throttle = integer(body, "throttle");
  if (throttle !== undefined && throttle < 0) throw badValue("throttle", throttle);
  const backoff = word(body, "backoff_level", ["high", "medium", "none"]);
  const any = cleared || [policy, schedule, throttle, backoff].some((each) => each !== undefined);
  const apply = (): void => {
    if (policy !== undefined) relationship.policy = policy;
    if (cleared) relationship.schedule = null;
    else if (schedule !== undefined) relationship.schedule = schedule;
    // Holds for transfers that begin later: one that runs keeps what it began with.
    if (throttle !== undefined) relationship.throttle = throttle;
    if (backoff !== undefined) relationship.backoff = backoff;
  };
  return { apply, any };
}
