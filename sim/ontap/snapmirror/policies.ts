import { accepts, flag, has, integer, isNull, needText, text, word } from "../kernel/body.js";
import { ApiError, badValue, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, svmIn } from "../kernel/scope.js";
import type { ClusterState, PolicyState, Retention } from "../state.js";
import { askedSchedule, findPolicy } from "./lookup.js";
import { retentionIn } from "./retention.js";

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
    sync_type: policy.syncType,
    rpo: policy.rpo,
    identity_preservation: policy.identity,
    comment: policy.comment,
    svm: policy.svm && ref(policy.svm),
    throttle: policy.throttle,
    transfer_schedule: schedule && ref(schedule),
    network_compression_enabled: policy.compression,
    retention: policy.retention.length > 0 ? policy.retention.map((rule) => retentionView(cluster, rule)) : undefined,
    copy_all_source_snapshots: policy.copyAll || undefined,
    copy_latest_source_snapshot: policy.copyLatest || undefined,
    create_snapshot_on_source: policy.createOnSource,
  };
}

function scheduleRef(cluster: ClusterState, name: string | undefined): Rec | undefined {
  const found = cluster.schedules.find((each) => each.name === name);
  return found && ref(found);
}

/** `count` is a string: reference 5.2. */
const retentionView = (cluster: ClusterState, rule: Retention): Rec => ({
  label: rule.label,
  count: String(rule.count),
  preserve: rule.preserve ?? false,
  warn: rule.warn ?? 0,
  period: rule.period,
  prefix: rule.prefix,
  creation_schedule: scheduleRef(cluster, rule.creationSchedule),
});

function create(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const name = needText(body, "name");
  const svm = has(body, "svm.name") || has(body, "svm.uuid") ? svmIn(ctx) : ctx.scope;
  const copyAll = flag(body, "copy_all_source_snapshots") ?? false;
  const copyLatest = flag(body, "copy_latest_source_snapshot") ?? false;
  const createOnSource = flag(body, "create_snapshot_on_source") ?? true;
  const retention = retentionIn(ctx, createOnSource) ?? [];
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
  if (!createOnSource && retention.length === 0)
    throw new ApiError(6621088, "A vault policy needs at least one rule.", 400, "retention");
  const type = word(body, "type", ["async", "sync", "continuous"]) ?? "async";
  const syncType = word(body, "sync_type", ["sync", "strict_sync", "automated_failover", "automated_failover_duplex"]);
  if (syncType !== undefined && type !== "sync")
    throw new ApiError(13304084, "sync_type is for policies of type sync.", 400, "sync_type");
  const policy: PolicyState = {
    uuid: fabric.ids.next("policy"),
    name,
    type,
    syncType: type === "sync" ? (syncType ?? "sync") : undefined,
    rpo: integer(body, "rpo"),
    identity: word(body, "identity_preservation", [
      "full",
      "exclude_network_config",
      "exclude_network_and_protocol_config",
    ]),
    svm,
    comment: text(body, "comment") ?? "",
    throttle: throttleIn(body) ?? 0,
    schedule: askedSchedule(ctx),
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

/** Those that came with the release stay as they are. */
function changeable(ctx: Ctx): PolicyState {
  const policy = policyAt(ctx);
  if (policy.builtIn)
    throw new ApiError(13303842, `SnapMirror policy "${policy.name}" is a default policy and cannot be changed.`, 400);
  return policy;
}

function throttleIn(body: Rec): number | undefined {
  const throttle = integer(body, "throttle");
  if (throttle !== undefined && throttle < 0) throw badValue("throttle", throttle);
  return throttle;
}

function change(ctx: Ctx): Outcome {
  const { body } = ctx;
  const policy = changeable(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const retention = retentionIn(ctx, policy.createOnSource);
  if (retention?.length === 0 && !policy.createOnSource)
    throw new ApiError(13304050, "The rules of a vault policy cannot be emptied.", 400, "retention");
  if (retention && retention.length > 0 && (policy.copyAll || policy.copyLatest))
    throw new ApiError(13304084, "retention excludes the mirror-all and mirror-latest modes.", 400);
  const cleared = isNull(body, "transfer_schedule") || isNull(body, "transfer_schedule.name");
  const schedule = cleared ? undefined : askedSchedule(ctx);
  const throttle = throttleIn(body);
  const compression = flag(body, "network_compression_enabled");
  return {
    job: {
      kind: "mirror",
      svm: policy.svm,
      run: () => {
        // The whole list is replaced: reference 5.2.
        if (retention) policy.retention = retention;
        if (cleared) policy.schedule = undefined;
        else if (schedule !== undefined) policy.schedule = schedule;
        if (throttle !== undefined) policy.throttle = throttle;
        if (has(body, "comment")) policy.comment = text(body, "comment") ?? "";
        if (has(body, "identity_preservation")) policy.identity = text(body, "identity_preservation");
        policy.compression = compression ?? policy.compression;
      },
    },
  };
}

function remove(ctx: Ctx): Outcome {
  const policy = changeable(ctx);
  return {
    job: {
      kind: "mirror",
      svm: policy.svm,
      run: () => {
        const { cluster } = ctx;
        const used = cluster.relationships.some(
          (each) => findPolicy(cluster, each.destination.svmUuid, each.policy) === policy,
        );
        if (used) {
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
    errors: [
      6621060, 6619699, 6619714, 6621045, 6621088, 6621091, 13303887, 13304084, 13304085, 13304092, 13304118, 13304126,
      13304129, 13304130, 2621462,
    ],
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
    errors: [
      13303842, 13303887, 13304050, 13304084, 13304092, 13304118, 13304126, 13304129, 13304130, 6619699, 6619714,
      6621045, 6621088, 6621091,
    ],
    run: change,
  },
  { method: "DELETE", path: "/snapmirror/policies/{uuid}", reply: "async", errors: [8, 13303842], run: remove },
];
