import { ApiError, notFound } from "../kernel/errors.js";
import type { Ctx } from "../kernel/route.js";
import type { ConsistencyGroupState } from "../state.js";
import { refuseRevert, revertVolume } from "../storage/revert.js";
import { members } from "./groupState.js";

/** Every member goes back to the snapshot, or none: one that cannot stops all before any is touched. */
export function restoreGroup(ctx: Ctx, group: ConsistencyGroupState, wanted: string): () => void {
  const { fabric, cluster } = ctx;
  return () => {
    if (!cluster.groups.includes(group)) throw notFound();
    const taken = group.snapshots.find((each) => each.name === wanted || each.uuid === wanted);
    if (!taken) throw new ApiError(53411918, `Consistency group "${group.name}" has no snapshot "${wanted}".`);
    const all = members(cluster, group).filter(
      (each) => taken.volumeUuids === undefined || taken.volumeUuids.includes(each.uuid),
    );
    for (const volume of all) {
      if (!volume.snapshots.some((each) => each.name === taken.name))
        throw new ApiError(53411918, `Snapshot "${taken.name}" is partial: volume "${volume.name}" lacks it.`);
      refuseRevert(fabric, cluster, volume, taken.name);
    }
    for (const volume of all) revertVolume(fabric, cluster, volume, taken.name);
    group.snapshots = group.snapshots.filter((each) => each.createdAt <= taken.createdAt);
  };
}
