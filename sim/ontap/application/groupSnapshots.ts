import { accepts, has, isNull, needText, text, word } from "../kernel/body.js";
import { ApiError, badValue, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import { flagOf } from "../kernel/read.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";
import { requireApproval } from "../security/mav.js";
import type { ConsistencyGroupState, GroupFence, GroupSnapshotState } from "../state.js";
import { addSnapshot, checkLabel, deleteSnapshot, refuseHeldSnapshot } from "../storage/snapshots.js";
import { groupAt, members } from "./groupState.js";

const fields = fieldTable(
  "uuid name create_time comment snapmirror_label consistency_type write_fence is_partial consistency_group.{uuid,name} svm.{uuid,name}",
  "snapshot_volumes.{volume.{uuid,name},snapshot.{uuid,name}} missing_volumes.{uuid,name}",
);

export const groupSnapshots: Collection = {
  path: "/application/consistency-groups/{group.uuid}/snapshots",
  keys: ["uuid"],
  fields,
  list: (ctx) => {
    const group = groupAt(ctx, "group.uuid");
    return group.snapshots.map((each) => ({ key: each.uuid, view: () => view(ctx, group, each) }));
  },
};

/** A member that has lost its snapshot since makes the whole partial. */
function view({ cluster }: Ctx, group: ConsistencyGroupState, taken: GroupSnapshotState): Rec {
  const all = members(cluster, group)
    .filter((each) => taken.volumeUuids === undefined || taken.volumeUuids.includes(each.uuid))
    .map((volume) => ({ volume, snapshot: volume.snapshots.find((each) => each.name === taken.name) }));
  const lost = all.filter((each) => !each.snapshot).map((each) => ref(each.volume));
  return {
    uuid: taken.uuid,
    name: taken.name,
    create_time: isoTime(taken.createdAt),
    comment: taken.comment || undefined,
    snapmirror_label: taken.label || undefined,
    consistency_type: taken.consistency,
    is_partial: lost.length > 0,
    consistency_group: ref(group),
    svm: ref(group.svm),
    snapshot_volumes: all.flatMap(({ volume, snapshot }) =>
      snapshot ? [{ volume: ref(volume), snapshot: ref(snapshot) }] : [],
    ),
    missing_volumes: lost.length > 0 ? lost : undefined,
  };
}

type Given = Pick<GroupFence, "name" | "comment" | "label" | "consistency">;

/** One snapshot of the same name in every member, at one moment; none where one member refuses. */
function take(ctx: Ctx, group: ConsistencyGroupState, uuid: string, given: Given): void {
  const { fabric, cluster } = ctx;
  const volumes = members(cluster, group);
  const before = new Map(volumes.map((volume) => [volume, volume.snapshots] as const));
  const own = { name: given.name, label: given.label || undefined, comment: given.comment || undefined };
  try {
    for (const volume of volumes) {
      volume.snapshots = [...volume.snapshots];
      addSnapshot(fabric, volume, own);
    }
  } catch (error) {
    for (const [volume, snapshots] of before) volume.snapshots = snapshots;
    if (!(error instanceof ApiError)) throw error;
    const message = `Creating snapshot "${given.name}" of consistency group "${group.name}" failed: ${error.message}`;
    throw new ApiError(53411921, message);
  }
  const volumeUuids = volumes.map((each) => each.uuid);
  group.snapshots.push({ ...given, uuid, createdAt: fabric.now, volumeUuids });
}

const MIN_FENCE_S = 5;
const MAX_FENCE_S = 120;
const DEFAULT_FENCE_S = 7;

/** POST, in one phase or, with `action=start`, in two: writes to the members stop until the commit, or until the time is over. */
function create(ctx: Ctx): Outcome {
  const { body, fabric } = ctx;
  const group = groupAt(ctx, "group.uuid");
  const name = needText(body, "name");
  const given: Given = {
    name,
    label: checkLabel(text(body, "snapmirror_label")) ?? "",
    comment: text(body, "comment") ?? "",
    consistency: word(body, "consistency_type", ["crash", "application"]) ?? "crash",
  };
  const seconds = fenceSeconds(ctx);
  requireApproval(ctx, "consistency-group snapshot create", `-vserver ${group.svm.name} -snapshot ${name}`);
  const uuid = fabric.ids.next("groupsnapshot");
  const run = (): void => {
    if (isFenced(ctx, group))
      throw new ApiError(53411921, `Another snapshot of consistency group "${group.name}" has been started.`);
    if (seconds === undefined) take(ctx, group, uuid, given);
    else start(ctx, group, { ...given, uuid, until: fabric.now + seconds * 1000 });
  };
  return {
    location: `/api/application/consistency-groups/${group.uuid}/snapshots/${uuid}`,
    record: { uuid, name },
    job: { kind: "volume", svm: group.svm, run },
  };
}

function fenceSeconds({ query }: Ctx): number | undefined {
  const action = query.get("action");
  if (action === null) return undefined;
  if (action !== "start") throw badValue("action", action);
  const text = query.get("action_timeout");
  const seconds = text === null ? DEFAULT_FENCE_S : Number(text);
  if (!Number.isInteger(seconds) || seconds < MIN_FENCE_S || seconds > MAX_FENCE_S)
    throw badValue("action_timeout", text);
  return seconds;
}

const isFenced = ({ fabric }: Ctx, group: ConsistencyGroupState): boolean =>
  group.fence !== undefined && group.fence.until > fabric.now;

function start(ctx: Ctx, group: ConsistencyGroupState, fence: GroupFence): void {
  const taken = members(ctx.cluster, group).find((each) => each.snapshots.some((one) => one.name === fence.name));
  if (taken) throw new ApiError(53411921, `Snapshot "${fence.name}" already exists on volume "${taken.name}".`);
  group.fence = fence;
  // Nobody may forget a fence: the members thaw by themselves.
  ctx.fabric.at(fence.until, () => {
    if (group.fence === fence) group.fence = undefined;
  });
}

/** PATCH: the second phase (`action=commit`), or new attributes. */
function change(ctx: Ctx): Outcome {
  const { body, query, fabric } = ctx;
  const group = groupAt(ctx, "group.uuid");
  const action = query.get("action");
  if (action !== null && action !== "commit") throw badValue("action", action);
  if (action === "commit") {
    const uuid = ctx.params["uuid"] ?? "";
    const run = (): void => {
      const { fence } = group;
      if (fence?.uuid !== uuid || fence.until <= fabric.now)
        throw new ApiError(53411925, "The snapshot was not started, or the time to commit it is over.");
      group.fence = undefined;
      take(ctx, group, uuid, {
        name: fence.name,
        comment: fence.comment,
        label: fence.label,
        consistency: fence.consistency,
      });
    };
    return { job: { kind: "volume", svm: group.svm, run } };
  }
  const taken = snapshotAt(ctx, group);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const label = checkLabel(text(body, "snapmirror_label"));
  const run = (): void => {
    if (has(body, "comment")) taken.comment = isNull(body, "comment") ? "" : (text(body, "comment") ?? "");
    if (has(body, "snapmirror_label")) taken.label = label ?? "";
    for (const volume of members(ctx.cluster, group)) {
      const own = volume.snapshots.find((each) => each.name === taken.name);
      if (own && has(body, "snapmirror_label")) own.label = label;
      if (own && has(body, "comment")) own.comment = taken.comment || undefined;
    }
  };
  return { job: { kind: "volume", svm: group.svm, run } };
}

function snapshotAt(ctx: Ctx, group: ConsistencyGroupState): GroupSnapshotState {
  const found = group.snapshots.find((each) => each.uuid === ctx.params["uuid"]);
  if (!found) throw notFound();
  return found;
}

/** All members' snapshots go, or none. */
function remove(ctx: Ctx): Outcome {
  const { fabric, cluster } = ctx;
  const group = groupAt(ctx, "group.uuid");
  const taken = snapshotAt(ctx, group);
  flagOf(ctx.query, "force", false);
  requireApproval(ctx, "consistency-group snapshot delete", `-vserver ${group.svm.name} -snapshot ${taken.name}`);
  const run = (): void => {
    const own = members(cluster, group).flatMap((volume) =>
      volume.snapshots.filter((each) => each.name === taken.name).map((snapshot) => ({ volume, snapshot })),
    );
    for (const { volume, snapshot } of own) refuseHeldSnapshot(fabric, cluster, volume, snapshot);
    for (const { volume, snapshot } of own) deleteSnapshot(fabric, cluster, volume, snapshot, "call");
    group.snapshots = group.snapshots.filter((each) => each !== taken);
  };
  return { job: { kind: "volume", svm: group.svm, run } };
}

const PATH = "/application/consistency-groups/{group.uuid}/snapshots";

export const groupSnapshotWrites: readonly Write[] = [
  {
    method: "POST",
    path: PATH,
    reply: "async",
    flags: ["action", "action_timeout"],
    body: accepts("name consistency_type comment snapmirror_label write_fence"),
    readable: fields,
    errors: [53411921, 1638523, 262325],
    run: create,
  },
  {
    method: "PATCH",
    path: `${PATH}/{uuid}`,
    reply: "async",
    flags: ["action"],
    body: accepts("name consistency_type comment snapmirror_label"),
    readable: fields,
    errors: [53411921, 53411925, 1638523],
    run: change,
  },
  {
    method: "DELETE",
    path: `${PATH}/{uuid}`,
    reply: "async",
    flags: ["force"],
    errors: [1638543, 1638555, 262325],
    run: remove,
  },
];
