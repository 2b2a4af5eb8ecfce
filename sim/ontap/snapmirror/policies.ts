import { accepts, flag, has, integer, isNull, list, needText, text, word } from "../kernel/body.js";
import { ApiError, badValue, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";
import type { PolicyState, Retention } from "../state.js";
import { checkSchedule } from "./lookup.js";

const RETENTION =
  "retention.{label,count,prefix,creation_schedule.{name,uuid}} retention.period retention.{preserve,warn}";
const fields = fieldTable(
  "uuid name scope type sync_type comment svm.{uuid,name} throttle transfer_schedule.{uuid,name} network_compression_enabled",
  `${RETENTION} copy_all_source_snapshots copy_latest_source_snapshot create_snapshot_on_source rpo identity_preservation`,
);

export const policies: Collection = {
  path: "/snapmirror/policies",
  keys: ["uuid"],
  fields,
  list: (ctx) => visible(ctx).map((each) => ({ key: each.uuid, view: () => view(ctx, each) })),
};

/** An SVM's login sees its own policies and those of the cluster. */
const visible = (ctx: Ctx): PolicyState[] =>
  ctx.cluster.policies.filter((each) => !ctx.scope || !each.svm || each.svm === ctx.scope);

function view({ cluster }: Ctx, policy: PolicyState): Rec {
  const schedule = cluster.schedules.find((each) => each.name === policy.schedule);
  return {
    uuid: policy.uuid,
    name: policy.name,
    scope: policy.svm ? "svm" : "cluster",
    type: policy.type,
    comment: policy.comment,
    svm: policy.svm && ref(policy.svm),
    throttle: policy.throttle,
    transfer_schedule: schedule && ref(schedule),
    network_compression_enabled: policy.compression,
    retention: policy.retention.length > 0 ? policy.retention.map((rule) => retentionView(rule)) : undefined,
    copy_all_source_snapshots: policy.copyAll || undefined,
    copy_latest_source_snapshot: policy.copyLatest || undefined,
    create_snapshot_on_source: policy.createOnSource,
  };
}

/** `count` is a string: reference 5.2. */
const retentionView = (rule: Retention): Rec => ({
  label: rule.label,
  count: String(rule.count),
  preserve: rule.preserve ?? false,
  warn: rule.warn ?? 0,
  period: rule.period,
  prefix: rule.prefix,
  creation_schedule: rule.creationSchedule === undefined ? undefined : { name: rule.creationSchedule },
});

const MAX_TOTAL = 1023;

function retentionIn(body: Rec): readonly Retention[] | undefined {
  const rules = list(body, "retention")?.map((rule): Retention => {
    const count = integer(rule, "count");
    if (count === undefined || count < 0 || count > MAX_TOTAL)
      throw new ApiError(13304126, `The retention count must be 0 to ${MAX_TOTAL}.`, 400, "retention.count");
    return {
      label: needText(rule, "label"),
      count,
      preserve: flag(rule, "preserve"),
      warn: integer(rule, "warn"),
      period: text(rule, "period"),
      prefix: text(rule, "prefix"),
      creationSchedule: text(rule, "creation_schedule.name"),
    };
  });
  if (rules && rules.reduce((sum, rule) => sum + rule.count, 0) > MAX_TOTAL) {
    throw new ApiError(13304130, `The rules keep more than ${MAX_TOTAL} snapshots together.`, 400, "retention");
  }
  return rules;
}

function create(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const name = needText(body, "name");
  const svmName = text(body, "svm.name") ?? ctx.scope?.name;
  const svm = svmName === undefined ? undefined : cluster.svms.find((each) => each.name === svmName);
  if (svmName !== undefined && !svm) throw new ApiError(2621462, `SVM "${svmName}" does not exist.`, 400, "svm.name");
  const retention = retentionIn(body) ?? [];
  const copyAll = flag(body, "copy_all_source_snapshots") ?? false;
  const copyLatest = flag(body, "copy_latest_source_snapshot") ?? false;
  const createOnSource = flag(body, "create_snapshot_on_source") ?? true;
  if (createOnSource && has(body, "create_snapshot_on_source"))
    throw new ApiError(13304085, "create_snapshot_on_source can only be false.", 400);
  if (
    [copyAll, copyLatest, !createOnSource].filter(Boolean).length > 1 ||
    ((copyAll || copyLatest) && retention.length > 0)
  ) {
    throw new ApiError(
      13304084,
      "copy_all_source_snapshots, copy_latest_source_snapshot, create_snapshot_on_source and retention exclude each other.",
      400,
    );
  }
  const schedule = text(body, "transfer_schedule.name");
  checkSchedule(ctx, schedule);
  const policy: PolicyState = {
    uuid: fabric.ids.next("policy"),
    name,
    type: word(body, "type", ["async", "sync", "continuous"]) ?? "async",
    svm,
    comment: text(body, "comment") ?? "",
    throttle: integer(body, "throttle") ?? 0,
    schedule,
    compression: flag(body, "network_compression_enabled") ?? false,
    retention,
    // Without any of the four only SnapMirror's own snapshot goes over, and rules may still be given by PATCH.
    copyAll,
    copyLatest,
    createOnSource,
  };
  const exists = (): boolean => cluster.policies.some((each) => each.name === name && each.svm === svm);
  if (exists()) throw new ApiError(6621060, `SnapMirror policy "${name}" already exists.`, 409, "name");
  return {
    location: `/api/snapmirror/policies/${policy.uuid}`,
    record: { uuid: policy.uuid, name },
    job: {
      kind: "mirror",
      svm,
      run: () => {
        if (exists()) throw new ApiError(6621060, `SnapMirror policy "${name}" already exists.`);
        cluster.policies.push(policy);
      },
    },
  };
}

function policyAt(ctx: Ctx): PolicyState {
  const found = visible(ctx).find((each) => each.uuid === ctx.params["uuid"]);
  if (!found) throw notFound();
  return found;
}

function change(ctx: Ctx): Outcome {
  const { body } = ctx;
  const policy = policyAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const retention = retentionIn(body);
  if (retention?.length === 0 && !policy.createOnSource)
    throw new ApiError(13304050, "The rules of a vault policy cannot be emptied.", 400, "retention");
  if (retention && retention.length > 0 && (policy.copyAll || policy.copyLatest))
    throw new ApiError(13304084, "retention excludes the mirror-all and mirror-latest modes.", 400);
  const schedule = text(body, "transfer_schedule.name");
  checkSchedule(ctx, schedule);
  const throttle = integer(body, "throttle");
  if (throttle !== undefined && throttle < 0) throw badValue("throttle", throttle);
  return {
    job: {
      kind: "mirror",
      svm: policy.svm,
      run: () => {
        // The whole list is replaced: reference 5.2.
        if (retention) policy.retention = retention;
        if (isNull(body, "transfer_schedule")) policy.schedule = undefined;
        else if (schedule !== undefined) policy.schedule = schedule;
        if (throttle !== undefined) policy.throttle = throttle;
        if (has(body, "comment")) policy.comment = text(body, "comment") ?? "";
        policy.compression = flag(body, "network_compression_enabled") ?? policy.compression;
      },
    },
  };
}

function remove(ctx: Ctx): Outcome {
  const policy = policyAt(ctx);
  return {
    job: {
      kind: "mirror",
      svm: policy.svm,
      run: () => {
        if (ctx.cluster.relationships.some((each) => each.policy === policy.name)) {
          throw new ApiError(8, `SnapMirror policy "${policy.name}" is in use.`, 409);
        }
        ctx.cluster.policies = ctx.cluster.policies.filter((each) => each !== policy);
      },
    },
  };
}

export const policyWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/snapmirror/policies",
    reply: "async",
    body: accepts(
      `name svm.{name,uuid} type sync_type comment throttle transfer_schedule.{name,uuid} network_compression_enabled ${RETENTION}`,
      "copy_all_source_snapshots copy_latest_source_snapshot create_snapshot_on_source identity_preservation rpo",
    ),
    readable: fields,
    errors: [6621060, 6619699, 6619714, 13304084, 13304085, 13304126, 13304130, 2621462],
    run: create,
  },
  {
    method: "PATCH",
    path: "/snapmirror/policies/{uuid}",
    reply: "async",
    body: accepts(
      `comment throttle transfer_schedule.{name,uuid} network_compression_enabled ${RETENTION} identity_preservation`,
    ),
    readable: fields,
    errors: [13304050, 13304084, 13304126, 13304130, 6619699, 6619714],
    run: change,
  },
  { method: "DELETE", path: "/snapmirror/policies/{uuid}", reply: "async", errors: [8], run: remove },
];
