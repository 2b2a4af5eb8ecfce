import { accepts, flag, has, integer, list, needText, text } from "../kernel/body.js";
import { ApiError, missing, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, svmIn } from "../kernel/scope.js";
import { requireApproval } from "../security/mav.js";
import type { ClusterState, SnapshotPolicyState, SvmState, VolumeState } from "../state.js";

const fields = fieldTable(
  "uuid name svm.{uuid,name} scope enabled comment copies.{count,prefix,schedule.{uuid,name},snapmirror_label,retention_period}",
);

/** Reference 9. What they do by the clock is in `scheduledSnapshots.ts`. */
export const snapshotPolicies: Collection = {
  path: "/storage/snapshot-policies",
  keys: ["uuid"],
  fields,
  list: (ctx) => visible(ctx).map((each) => ({ key: each.uuid, view: () => view(ctx, each) })),
};

/** A policy that may be used in an SVM: its own before the cluster's. */
function findPolicy(
  cluster: ClusterState,
  svm: SvmState,
  is: (policy: SnapshotPolicyState) => boolean,
): SnapshotPolicyState | undefined {
  const fits = cluster.snapshotPolicies.filter(is);
  return fits.find((each) => each.svm === svm) ?? fits.find((each) => each.svm === undefined);
}

export const policyOf = (cluster: ClusterState, volume: VolumeState): SnapshotPolicyState | undefined =>
  findPolicy(cluster, volume.svm, (each) => each.name === volume.snapshotPolicy);

/** The snapshot policy a volume's body names, by name or uuid; undefined when it names none. */
export function policyNameIn({ body, cluster }: Ctx, svm: SvmState): string | undefined {
  const [name, uuid] = [text(body, "snapshot_policy.name"), text(body, "snapshot_policy.uuid")];
  if (name === undefined && uuid === undefined) return undefined;
  const found = findPolicy(cluster, svm, (each) => (uuid === undefined ? each.name === name : each.uuid === uuid));
  if (!found || (name !== undefined && found.name !== name))
    throw new ApiError(4, `Snapshot policy "${name ?? uuid ?? ""}" does not exist.`, 400, "snapshot_policy.name");
  return found.name;
}

const visible = (ctx: Ctx): SnapshotPolicyState[] =>
  ctx.cluster.snapshotPolicies.filter((each) => !ctx.scope || !each.svm || each.svm === ctx.scope);

const view = ({ cluster }: Ctx, policy: SnapshotPolicyState): Rec => ({
  uuid: policy.uuid,
  name: policy.name,
  svm: policy.svm && ref(policy.svm),
  scope: policy.svm ? "svm" : "cluster",
  enabled: policy.enabled,
  comment: policy.comment || undefined,
  copies: policy.copies.map((each) => {
    const schedule = cluster.schedules.find((one) => one.name === each.schedule);
    return {
      count: each.count,
      prefix: each.prefix,
      schedule: schedule ? ref(schedule) : { name: each.schedule },
      // Never absent: NetApp's Ansible module counts on it, and knows the dash.
      snapmirror_label: each.label || "-",
      retention_period: each.period,
    };
  }),
});

function copiesIn({ body, cluster }: Ctx): SnapshotPolicyState["copies"] | undefined {
  return list(body, "copies")?.map((each) => {
    const schedule = needText(each, "schedule.name");
    if (!cluster.schedules.some((one) => one.name === schedule))
      throw new ApiError(4, `Schedule "${schedule}" does not exist.`, 400, "copies.schedule.name");
    return {
      schedule,
      count: integer(each, "count") ?? 1,
      prefix: text(each, "prefix") ?? schedule,
      label: text(each, "snapmirror_label"),
      period: text(each, "retention_period"),
    };
  });
}

function create(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const svm = has(body, "svm.name") || has(body, "svm.uuid") ? svmIn(ctx) : ctx.scope;
  const name = needText(body, "name");
  if (cluster.snapshotPolicies.some((each) => each.name === name && each.svm === svm))
    throw new ApiError(1638408, `Snapshot policy "${name}" already exists.`, 409, "name");
  const copies = copiesIn(ctx);
  if (!copies || copies.length === 0) throw missing("copies");
  requireApproval(ctx, "volume snapshot policy create", `-policy ${name}`);
  const policy: SnapshotPolicyState = {
    uuid: fabric.ids.next("snapshotpolicy"),
    name,
    svm,
    enabled: flag(body, "enabled") ?? true,
    comment: text(body, "comment") ?? "",
    copies,
  };
  cluster.snapshotPolicies.push(policy);
  return { done: true, location: `/api/storage/snapshot-policies/${policy.uuid}`, record: view(ctx, policy) };
}

function policyAt(ctx: Ctx): SnapshotPolicyState {
  const found = visible(ctx).find((each) => each.uuid === ctx.params["uuid"]);
  if (!found) throw notFound();
  return found;
}

function change(ctx: Ctx): Outcome {
  const { body } = ctx;
  const policy = policyAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  requireApproval(ctx, "volume snapshot policy modify", `-policy ${policy.name}`);
  policy.enabled = flag(body, "enabled") ?? policy.enabled;
  policy.comment = text(body, "comment") ?? policy.comment;
  policy.copies = copiesIn(ctx) ?? policy.copies;
  return { done: true };
}

function remove(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const policy = policyAt(ctx);
  if (
    ["default", "default-1weekly", "none"].includes(policy.name) ||
    cluster.volumes.some((each) => policyOf(cluster, each) === policy)
  )
    throw new ApiError(1638415, `Snapshot policy "${policy.name}" cannot be deleted: it is in use.`, 400);
  requireApproval(ctx, "volume snapshot policy delete", `-policy ${policy.name}`);
  cluster.snapshotPolicies = cluster.snapshotPolicies.filter((each) => each !== policy);
  return { done: true };
}

const COPIES = "copies.{count,prefix,schedule.{name,uuid},snapmirror_label,retention_period}";
const PATH = "/storage/snapshot-policies";

export const snapshotPolicyWrites: readonly Write[] = [
  {
    method: "POST",
    path: PATH,
    reply: "sync",
    body: accepts(`name svm.{name,uuid} enabled comment ${COPIES}`),
    readable: fields,
    errors: [1638408, 262325],
    run: create,
  },
  {
    method: "PATCH",
    path: `${PATH}/{uuid}`,
    reply: "sync",
    body: accepts(`enabled comment ${COPIES}`),
    readable: fields,
    errors: [262325],
    run: change,
  },
  { method: "DELETE", path: `${PATH}/{uuid}`, reply: "sync", errors: [1638415, 262325], run: remove },
];
