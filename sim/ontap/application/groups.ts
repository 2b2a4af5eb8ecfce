import { accepts, list, needText, text, word } from "../kernel/body.js";
import { ApiError, badValue, missing, notFound } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import type { ConsistencyGroupState, VolumeState } from "../state.js";
import { volumeNamed } from "../storage/content.js";
import { addSnapshot } from "../storage/snapshots.js";

const fields = fieldTable("uuid name svm.{uuid,name} volumes.{uuid,name} replicated");

export const groups: Collection = {
  path: "/application/consistency-groups",
  keys: ["uuid"],
  fields,
  list: (ctx) => visible(ctx).map((each) => ({ key: each.uuid, view: () => view(ctx, each) })),
};

const visible = (ctx: Ctx): ConsistencyGroupState[] => ctx.cluster.groups.filter((each) => sees(ctx, each.svm));

const members = ({ cluster }: Pick<Ctx, "cluster">, group: ConsistencyGroupState): VolumeState[] =>
  cluster.volumes.filter((each) => group.volumeUuids.includes(each.uuid));

const view = (ctx: Ctx, group: ConsistencyGroupState): Rec => ({
  ...ref(group),
  svm: ref(group.svm),
  volumes: members(ctx, group).map(ref),
  replicated: members(ctx, group).some((volume) =>
    ctx.cluster.releases.some((each) => each.source.volumeUuid === volume.uuid),
  ),
});

function groupAt(ctx: Ctx, param: string): ConsistencyGroupState {
  const found = visible(ctx).find((each) => each.uuid === ctx.params[param]);
  if (!found) throw notFound(param);
  return found;
}

/** Groups existing volumes (`action: "add"`): reference 13. */
function create(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const svm = svmIn(ctx);
  const name = needText(body, "name");
  if (cluster.groups.some((each) => each.svm === svm && each.name === name)) {
    throw new ApiError(53411860, `Consistency group "${name}" already exists.`, 409, "name");
  }
  const given = list(body, "volumes");
  if (!given || given.length === 0) throw missing("volumes");
  const volumeUuids = given.map((each) => {
    const action = word(each, "provisioning_options.action", ["add", "create"]) ?? "create";
    if (action !== "add") throw badValue("volumes.provisioning_options.action", action);
    const volume = volumeNamed(cluster, svm.name, needText(each, "name"));
    if (!volume)
      throw new ApiError(53411842, `Volume "${text(each, "name") ?? ""}" does not exist.`, 400, "volumes.name");
    if (cluster.groups.some((group) => group.volumeUuids.includes(volume.uuid))) {
      throw new ApiError(53411865, `Volume "${volume.name}" is in another consistency group.`, 400, "volumes.name");
    }
    return volume.uuid;
  });
  const uuid = fabric.ids.next("group");
  return {
    location: `/api/application/consistency-groups/${uuid}`,
    record: { uuid, name, svm: ref(svm) },
    job: { kind: "volume", svm, run: () => cluster.groups.push({ uuid, name, svm, volumeUuids, snapshots: [] }) },
  };
}

function remove(ctx: Ctx): Outcome {
  const group = groupAt(ctx, "uuid");
  return {
    job: {
      kind: "volume",
      svm: group.svm,
      run: () => (ctx.cluster.groups = ctx.cluster.groups.filter((each) => each !== group)),
    },
  };
}

const snapshotFields = fieldTable(
  "uuid name create_time comment snapmirror_label consistency_type is_partial consistency_group.{uuid,name} svm.{uuid,name}",
  "snapshot_volumes.{volume.{uuid,name},snapshot.{uuid,name}} missing_volumes.{uuid,name}",
);

export const groupSnapshots: Collection = {
  path: "/application/consistency-groups/{group.uuid}/snapshots",
  keys: ["uuid"],
  fields: snapshotFields,
  list: (ctx) => {
    const group = groupAt(ctx, "group.uuid");
    return group.snapshots.map((each) => ({ key: each.uuid, view: () => snapshotView(ctx, group, each) }));
  },
};

/** A member that has lost its snapshot since makes the whole partial. */
function snapshotView(ctx: Ctx, group: ConsistencyGroupState, taken: ConsistencyGroupState["snapshots"][number]): Rec {
  const all = members(ctx, group).map((volume) => ({
    volume,
    snapshot: volume.snapshots.find((each) => each.name === taken.name),
  }));
  const lost = all.filter((each) => !each.snapshot).map((each) => ref(each.volume));
  return {
    uuid: taken.uuid,
    name: taken.name,
    create_time: isoTime(taken.createdAt),
    comment: taken.comment || undefined,
    snapmirror_label: taken.label || undefined,
    consistency_type: "crash",
    is_partial: lost.length > 0,
    consistency_group: ref(group),
    svm: ref(group.svm),
    snapshot_volumes: all.flatMap(({ volume, snapshot }) =>
      snapshot ? [{ volume: ref(volume), snapshot: ref(snapshot) }] : [],
    ),
    missing_volumes: lost.length > 0 ? lost : undefined,
  };
}

/** One snapshot of the same name in every member, at one moment; none where one member refuses. */
function snapshot(ctx: Ctx): Outcome {
  const { body, fabric } = ctx;
  const group = groupAt(ctx, "group.uuid");
  const name = needText(body, "name");
  const given = { name, label: text(body, "snapmirror_label"), comment: text(body, "comment") };
  const uuid = fabric.ids.next("groupsnapshot");
  const run = (): void => {
    const volumes = members(ctx, group);
    const before = new Map(volumes.map((volume) => [volume, volume.snapshots] as const));
    try {
      for (const volume of volumes) {
        volume.snapshots = [...volume.snapshots];
        addSnapshot(fabric, volume, given);
      }
    } catch (error) {
      for (const [volume, snapshots] of before) volume.snapshots = snapshots;
      if (!(error instanceof ApiError)) throw error;
      throw new ApiError(
        53411921,
        `Creating snapshot "${name}" of consistency group "${group.name}" failed: ${error.message}`,
      );
    }
    group.snapshots.push({
      uuid,
      name,
      createdAt: fabric.now,
      comment: given.comment ?? "",
      label: given.label ?? "",
      consistency: "crash",
    });
  };
  return {
    location: `/api/application/consistency-groups/${group.uuid}/snapshots/${uuid}`,
    record: { uuid, name },
    job: { kind: "volume", svm: group.svm, run },
  };
}

export const groupWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/application/consistency-groups",
    reply: "async",
    body: accepts("name svm.{name,uuid} volumes.{name,uuid,provisioning_options.action}"),
    readable: fields,
    errors: [53411842, 53411860, 53411865],
    run: create,
  },
  {
    method: "DELETE",
    path: "/application/consistency-groups/{uuid}",
    reply: "async",
    errors: [4],
    run: remove,
  },
  {
    method: "POST",
    path: "/application/consistency-groups/{group.uuid}/snapshots",
    reply: "async",
    body: accepts("name consistency_type comment snapmirror_label write_fence"),
    readable: snapshotFields,
    errors: [53411921],
    run: snapshot,
  },
];
