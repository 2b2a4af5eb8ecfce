import { accepts, has, list, needText, text } from "../kernel/body.js";
import { ApiError, missing, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, svmIn } from "../kernel/scope.js";
import { requireApproval } from "../security/mav.js";
import type { ConsistencyGroupState, SvmState } from "../state.js";
import { cloneGroup } from "./groupClone.js";
import { restoreGroup } from "./groupRestore.js";
import { addedVolumes, groupAt, isReplicated, members, visibleGroups } from "./groupState.js";

const fields = fieldTable(
  "uuid name svm.{uuid,name} volumes.{uuid,name,space.{size,used,available}} replicated replication_source space.{size,used,available}",
  "clone.{is_flexclone,parent_consistency_group.{uuid,name},parent_snapshot.{uuid,name},parent_svm.{uuid,name}} snapshot_policy.name",
  "luns.{uuid,name}! parent_consistency_group.{uuid,name}",
);

export const groups: Collection = {
  path: "/application/consistency-groups",
  keys: ["uuid"],
  fields,
  list: (ctx) => visibleGroups(ctx).map((each) => ({ key: each.uuid, view: () => view(ctx, each) })),
};

function view(ctx: Ctx, group: ConsistencyGroupState): Rec {
  const { cluster } = ctx;
  const all = members(cluster, group);
  const size = all.reduce((sum, each) => sum + each.sizeBytes, 0);
  const replicated = isReplicated(cluster, group);
  return {
    ...ref(group),
    svm: ref(group.svm),
    volumes: all.map((each) => ({ ...ref(each), space: { size: each.sizeBytes } })),
    space: { size },
    replicated,
    replication_source: replicated,
    clone: cloneView(ctx, group),
    snapshot_policy: { name: "none" },
  };
}

function cloneView({ cluster }: Ctx, group: ConsistencyGroupState): Rec | undefined {
  if (!group.clone) return undefined;
  const parent = cluster.groups.find((each) => each.uuid === group.clone?.parentGroupUuid);
  const isClone = members(cluster, group).some((each) => each.clone);
  return {
    is_flexclone: isClone,
    parent_consistency_group: parent && ref(parent),
    parent_snapshot: { name: group.clone.parentSnapshot },
    parent_svm: ref(group.svm),
  };
}

function refuseName({ cluster }: Ctx, svm: SvmState, name: string): void {
  if (cluster.groups.some((each) => each.svm === svm && each.name === name))
    throw new ApiError(53411860, `Consistency group "${name}" already exists.`, 409, "name");
}

/** Groups existing volumes (`action: "add"`), or clones another group: reference 13. */
function create(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const svm = svmIn(ctx);
  const name = needText(body, "name");
  refuseName(ctx, svm, name);
  requireApproval(ctx, "consistency-group create", `-vserver ${svm.name} -consistency-group ${name}`);
  const uuid = fabric.ids.next("group");
  const base = { location: `/api/application/consistency-groups/${uuid}`, record: { uuid, name, svm: ref(svm) } };
  if (has(body, "clone")) {
    const make = cloneGroup(ctx, svm, { uuid, name });
    return { ...base, job: { kind: "volume", svm, run: () => (refuseName(ctx, svm, name), make()) } };
  }
  if ((list(body, "volumes") ?? []).length === 0) throw missing("volumes");
  addedVolumes(cluster, svm, body);
  const run = (): void => {
    refuseName(ctx, svm, name);
    const volumeUuids = addedVolumes(cluster, svm, body).map((each) => each.uuid);
    cluster.groups.push({ uuid, name, svm, volumeUuids, snapshots: [] });
  };
  return { ...base, job: { kind: "volume", svm, run } };
}

/** Adds members, renames, or restores all members to one of the group's snapshots. */
function change(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const group = groupAt(ctx, "uuid");
  if (Object.keys(body).length === 0) throw nothingToChange();
  const wanted = text(body, "restore_to.snapshot.name") ?? text(body, "restore_to.snapshot.uuid");
  requireApproval(ctx, "consistency-group modify", `-vserver ${group.svm.name} -consistency-group ${group.name}`);
  if (wanted !== undefined) return { job: { kind: "volume", svm: group.svm, run: restoreGroup(ctx, group, wanted) } };
  const name = text(body, "name");
  if (name !== undefined && name !== group.name) refuseName(ctx, group.svm, name);
  if (has(body, "volumes")) addedVolumes(cluster, group.svm, body);
  const run = (): void => {
    if (!cluster.groups.includes(group)) throw notFound();
    const added = has(body, "volumes") ? addedVolumes(cluster, group.svm, body) : [];
    group.volumeUuids = [...group.volumeUuids, ...added.map((each) => each.uuid)];
    group.name = name ?? group.name;
  };
  return { job: { kind: "volume", svm: group.svm, run } };
}

/** The volumes stay. */
function remove(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const group = groupAt(ctx, "uuid");
  requireApproval(ctx, "consistency-group delete", `-vserver ${group.svm.name} -consistency-group ${group.name}`);
  const run = (): void => {
    if (!cluster.groups.includes(group)) throw notFound();
    cluster.groups = cluster.groups.filter((each) => each !== group);
  };
  return { job: { kind: "volume", svm: group.svm, run } };
}

const CLONE =
  "clone.{is_flexclone,parent_consistency_group.{uuid,name},parent_snapshot.{uuid,name},parent_svm.{uuid,name},volume.{prefix,suffix},guarantee.type,split_initiated}";

export const groupWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/application/consistency-groups",
    reply: "async",
    body: accepts(`name svm.{name,uuid} volumes.{name,uuid,provisioning_options.action} ${CLONE}`),
    readable: fields,
    errors: [262285, 53411842, 53411860, 53411865, 53411959, 53411852, 53411843, 917526, 262325],
    run: create,
  },
  {
    method: "PATCH",
    path: "/application/consistency-groups/{uuid}",
    reply: "async",
    body: accepts("name volumes.{name,uuid,provisioning_options.action} restore_to.snapshot.{name,uuid}"),
    readable: fields,
    errors: [262285, 53411842, 53411860, 53411865, 53411918, 53411959, 262325],
    run: change,
  },
  {
    method: "DELETE",
    path: "/application/consistency-groups/{uuid}",
    reply: "async",
    errors: [4, 262325],
    run: remove,
  },
];
