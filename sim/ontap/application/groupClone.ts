import { text } from "../kernel/body.js";
import { ApiError, missing } from "../kernel/errors.js";
import type { Ctx } from "../kernel/route.js";
import type { ConsistencyGroupState, SvmState, VolumeState } from "../state.js";
import { volumeNamed } from "../storage/content.js";
import { flexClone } from "../storage/flexClone.js";
import { addSnapshot } from "../storage/snapshots.js";
import { members, visibleGroups } from "./groupState.js";

function parentOf(ctx: Ctx): ConsistencyGroupState {
  const name = text(ctx.body, "clone.parent_consistency_group.name");
  const uuid = text(ctx.body, "clone.parent_consistency_group.uuid");
  if (name === undefined && uuid === undefined) throw missing("clone.parent_consistency_group");
  const found = visibleGroups(ctx).find((each) => (uuid === undefined ? each.name === name : each.uuid === uuid));
  if (!found) throw new ApiError(53411843, `Consistency group "${name ?? uuid ?? ""}" does not exist.`, 400, "clone");
  return found;
}

/** A FlexClone of every member from one snapshot, in a new group; igroups and maps are not copied. Not with dp members: reference 13. */
export function cloneGroup(ctx: Ctx, svm: SvmState, made: { uuid: string; name: string }): () => void {
  const { body, cluster, fabric } = ctx;
  const parent = parentOf(ctx);
  if (parent.svm !== svm) throw new ApiError(53411843, "The parent consistency group is on another SVM.", 400, "svm");
  const prefix = text(body, "clone.volume.prefix") ?? "";
  const suffix = text(body, "clone.volume.suffix") ?? (prefix === "" ? "_clone" : "");
  const given = text(body, "clone.parent_snapshot.name") ?? text(body, "clone.parent_snapshot.uuid");
  return () => {
    const all = members(cluster, parent);
    const dp = all.find((each) => each.type === "dp");
    if (dp)
      throw new ApiError(53411852, `Volume "${dp.name}" is a data protection volume: the group cannot be cloned.`);
    const names = new Map(all.map((each) => [each, `${prefix}${each.name}${suffix}`] as const));
    for (const name of names.values()) {
      if (volumeNamed(cluster, svm.name, name))
        throw new ApiError(
          917526,
          `Volume name "${name}" is already in use on SVM "${svm.name}".`,
          409,
          "clone.volume",
        );
    }
    const known = parent.snapshots.find((each) => each.name === given || each.uuid === given);
    const snapshot = given === undefined ? `clone_${made.name}.${fabric.ids.count()}` : (known?.name ?? given);
    if (given === undefined) for (const each of all) addSnapshot(fabric, each, { name: snapshot });
    const clones = all.map((each) => cloneOf(ctx, each, snapshot, names.get(each) ?? each.name));
    cluster.volumes.push(...clones);
    const volumeUuids = clones.map((each) => each.uuid);
    const clone = { parentGroupUuid: parent.uuid, parentSnapshot: snapshot };
    cluster.groups.push({ ...made, svm, volumeUuids, snapshots: [], clone });
  };
}

function cloneOf(ctx: Ctx, parent: VolumeState, snapshotName: string, name: string): VolumeState {
  const snapshot = parent.snapshots.find((each) => each.name === snapshotName);
  if (!snapshot)
    throw new ApiError(
      53411843,
      `Volume "${parent.name}" has no snapshot "${snapshotName}".`,
      400,
      "clone.parent_snapshot",
    );
  return flexClone(ctx, { parent, snapshot, name, uuid: ctx.fabric.ids.next("volume"), guarantee: parent.guarantee });
}
